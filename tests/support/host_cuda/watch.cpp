// Sees every load and store of a kernel: who touches the same bytes with nothing between that orders them, and who
// leaves an array. The compiler inserts the calls (those of its thread sanitiser, whose library is not linked).
//
// Threads of one block are ordered by barriers (a phase ends with each), threads of different blocks by nothing.
// A race is a plain store with any other access of the same bytes, unordered, by two threads. Plain loads beside
// atomics are let pass: searches for a minimum begin with them.
#include <stdint.h>
#include <stdio.h>
#include <unordered_map>
#include <vector>

enum Kind { READ, WRITE, ATOMIC };
static const char *const NAMES[] = {"reads", "writes", "atomically changes"};
static const int NOBODY = -1, SEVERAL = -2;

struct Touch { int block = NOBODY, thread = NOBODY, phase = 0; };
struct Bytes { int launch = 0; Touch by[3]; };
struct Array { const char *start, *inside, *end, *stop; };  // guards from start and to stop

// What is known of words of the arrays, of which many are touched, lies side by side; that of all else in tables.
static std::vector<Bytes> words[64];
static std::unordered_map<const char *, Bytes> others, shared;
static const char *shared_start, *shared_stop;
static Array arrays[64];
static int launch;
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

// The array that holds p, guards included; `count` where none does.
static int array_of(const char *p)
{
    int k = 0;
    while (k < count && !(arrays[k].start <= p && p < arrays[k].stop)) ++k;
    return k;
}

static Bytes &notes_of(const char *p, int k)
{
    if (shared_start <= p && p < shared_stop) return shared[p];
    const bool word = k < count && (p - arrays[k].start) % 4 == 0;
    Bytes &bytes = word ? words[k][(p - arrays[k].start) / 4] : others[p];
    if (bytes.launch != launch) bytes = Bytes(), bytes.launch = launch;
    return bytes;
}

static void blame(const char *p, const char *what, Kind kind)
{
    if (message[0]) return;
    const int k = array_of(p);
    int length = snprintf(
        message, sizeof message, "thread %d of block %d %s what %s: ", now.thread, now.block, NAMES[kind], what);
    if (k < count)
        snprintf(message + length, sizeof message - length, "byte %lld of array %d", (long long)(p - arrays[k].inside), k);
    else
        snprintf(message + length, sizeof message - length, "memory of the block");
}

static void touch(const char *p, int size, Kind kind)
{
    char here;
    if (!active || (&here < p && p < top)) return;
    const int k = array_of(p);
    if (k < count && (p < arrays[k].inside || p + size > arrays[k].end)) blame(p, "is outside of an array", kind);
    Bytes &bytes = notes_of(p, k);
    if (kind == READ && bytes.by[READ].block == SEVERAL && bytes.by[WRITE].block == NOBODY) return;
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
    others.clear();
    ++launch;
    message[0] = 0;
    count = n;
    for (int k = 0; k < n; ++k) {
        arrays[k] = given[k];
        const size_t needed = (given[k].stop - given[k].start) / 4 + 1;
        if (words[k].size() < needed) words[k].resize(needed);
    }
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
