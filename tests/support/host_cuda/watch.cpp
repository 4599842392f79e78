// Sees every load and store of a kernel: who touches the same bytes with nothing between that orders them, and who
// leaves an array. The compiler inserts the calls (those of its thread sanitiser, whose library is not linked).
//
// Threads of one block are ordered by barriers (a phase ends with each), threads of different blocks by nothing.
// A race is a plain store with any other access of the same bytes, unordered, by two threads. Plain loads beside
// atomics are let pass: searches for a minimum begin with them.
#include <stdint.h>
#include <stdio.h>
#include <unordered_map>

enum Kind { READ, WRITE, ATOMIC };
static const char *const NAMES[] = {"reads", "writes", "atomically changes"};
static const long long NOBODY = -1, SEVERAL = -2;

struct Touch { long long block = NOBODY, thread = NOBODY, phase = 0; };
struct Bytes { Touch by[3]; };
struct Array { const char *start, *inside, *end, *stop; };  // guards from start and to stop

static std::unordered_map<const char *, Bytes> touched, shared;
static const char *shared_start, *shared_stop;
static Array arrays[64];
static int count;
static bool active;
static Touch now;
static const char *top;  // of the stack in use
static char message[256];

static bool unordered(const Touch &then)
{
    if (then.block != now.block) return then.block != NOBODY;
    return then.phase == now.phase && then.thread != now.thread;
}

static void note(Touch &by)
{
    if (by.block == NOBODY || (by.block == now.block && by.phase != now.phase)) by = now;
    else if (by.block != now.block) by.block = SEVERAL;
    else if (by.thread != now.thread) by.thread = SEVERAL;
}

static void blame(const char *p, const char *what, Kind kind)
{
    if (message[0]) return;
    int k = 0;
    while (k < count && !(arrays[k].start <= p && p < arrays[k].stop)) ++k;
    int length = snprintf(
        message, sizeof message, "thread %lld of block %lld %s what %s: ", now.thread, now.block, NAMES[kind], what);
    if (k < count)
        snprintf(message + length, sizeof message - length, "byte %lld of array %d", (long long)(p - arrays[k].inside), k);
    else
        snprintf(message + length, sizeof message - length, "memory of the block");
}

static void touch(const char *p, int size, Kind kind)
{
    char here;
    if (!active || (&here < p && p < top)) return;
    Bytes &bytes = (shared_start <= p && p < shared_stop ? shared : touched)[p];
    if (bytes.by[READ].block == NOBODY && bytes.by[WRITE].block == NOBODY && bytes.by[ATOMIC].block == NOBODY)
        for (int k = 0; k < count; ++k)
            if (arrays[k].start <= p && p < arrays[k].stop && (p < arrays[k].inside || p + size > arrays[k].end))
                blame(p, "is outside of an array", kind);
    for (int other = READ; other <= ATOMIC; ++other)
        if ((kind == WRITE || other == WRITE) && unordered(bytes.by[other])) {
            char what[64];
            snprintf(what, sizeof what, "another thread %s", NAMES[other]);
            blame(p, what, kind);
        }
    note(bytes.by[kind]);
}

extern "C" {
void watch_begin(const Array *given, int n)
{
    touched.clear();
    message[0] = 0;
    count = n;
    for (int k = 0; k < n; ++k) arrays[k] = given[k];
}
const char *watch_message() { return message; }
void watch_thread(long long block, long long thread, long long phase, const char *stack)
{
    now.block = block;
    now.thread = thread;
    now.phase = phase;
    top = stack;
    active = true;
}
void watch_block(const char *start, const char *stop)
{
    shared.clear();
    shared_start = start;
    shared_stop = stop;
}
void watch_pause() { active = false; }
void watch_atomic(const void *p, int size) { touch((const char *)p, size, ATOMIC); }

#define HOOKS(n) \
    void __tsan_read##n(void *p) { touch((const char *)p, n, READ); } \
    void __tsan_write##n(void *p) { touch((const char *)p, n, WRITE); } \
    void __tsan_unaligned_read##n(void *p) { touch((const char *)p, n, READ); } \
    void __tsan_unaligned_write##n(void *p) { touch((const char *)p, n, WRITE); } \
    void __tsan_volatile_read##n(void *p) { touch((const char *)p, n, READ); } \
    void __tsan_volatile_write##n(void *p) { touch((const char *)p, n, WRITE); }
HOOKS(1) HOOKS(2) HOOKS(4) HOOKS(8) HOOKS(16)
void __tsan_func_entry(void *) {}
void __tsan_func_exit() {}
void __tsan_init() {}
}
