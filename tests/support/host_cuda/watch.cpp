// Sees every load and store of a kernel: who touches the same bytes with nothing between that orders them, and who
// leaves an array. The compiler inserts the calls (those of its thread sanitiser, whose library is not linked).
//
// Threads of one block are ordered by barriers (a phase ends with each), threads of different blocks by nothing.
// A race is a plain store with any other access of the same bytes, unordered, by two threads. Plain loads beside
// atomics are let pass: searches for a minimum begin with them.
#include <stdio.h>
#include <stdlib.h>
#include <unordered_map>

enum Kind { READ, WRITE, ATOMIC };
static const char *const NAMES[] = {"reads", "writes", "atomically changes"};
static const int NOBODY = 0, SEVERAL = -1;

struct Touch { int block, thread, phase; };  // blocks and threads count from 1
struct Entry { Touch by[3]; };
struct Array { const char *start, *inside, *end, *stop; long long shift; };  // guards from start and to stop

static const int MOST = 64;
static Array arrays[MOST];
static Entry *entries[MOST];
static int count, last;  // the array touched last
static std::unordered_map<const char *, Entry> shared;
extern char __start_shared_memory[] __attribute__((weak, visibility("hidden")));
extern char __stop_shared_memory[] __attribute__((weak, visibility("hidden")));
extern char __start_geometry[] __attribute__((visibility("hidden")));
extern char __stop_geometry[] __attribute__((visibility("hidden")));
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

static void blame(const char *p, const char *what, Kind kind, int array)
{
    if (message[0]) return;
    int length = snprintf(
        message, sizeof message, "thread %d of block %d %s what %s: ", now.thread - 1, now.block - 1, NAMES[kind],
        what);
    if (array < 0)
        snprintf(message + length, sizeof message - length, "shared memory");
    else
        snprintf(
            message + length, sizeof message - length, "entry %lld of array %d",
            (long long)(p - arrays[array].inside) >> arrays[array].shift, array);
}

static void check(const char *p, Entry &entry, Kind kind, int array)
{
    if (kind == READ && entry.by[READ].block == SEVERAL && entry.by[WRITE].block == NOBODY) return;
    for (int other = READ; other <= ATOMIC; ++other)
        if ((kind == WRITE || other == WRITE) && unordered(entry.by[other])) {
            char what[64];
            snprintf(what, sizeof what, "another thread %s", NAMES[other]);
            blame(p, what, kind, array);
        }
    note(entry.by[kind]);
}

static bool within(const char *p, const Array &array) { return array.start <= p && p < array.stop; }

static void touch(const char *p, int size, Kind kind)
{
    char here;
    if (!active || (&here < p && p < top) || (__start_geometry <= p && p < __stop_geometry)) return;
    if (__start_shared_memory <= p && p < __stop_shared_memory) return check(p, shared[p], kind, -1);
    if (!(last < count && within(p, arrays[last])))
        for (last = 0; last < count && !within(p, arrays[last]);) ++last;
    if (last == count) return;  // constants
    const Array &array = arrays[last];
    if (p < array.inside || p + size > array.end) return blame(p, "is outside of an array", kind, last);
    check(p, entries[last][(p - array.inside) >> array.shift], kind, last);
}

extern "C" {
int watch_begin(const Array *given, int n)
{
    for (int k = 0; k < count; ++k) free(entries[k]);
    message[0] = 0;
    count = last = 0;
    if (n > MOST) return 0;
    for (; count < n; ++count) {
        arrays[count] = given[count];
        const long long bytes = given[count].end - given[count].inside;
        entries[count] = (Entry *)calloc((bytes >> given[count].shift) + 1, sizeof(Entry));
    }
    return 1;
}
const char *watch_message() { return message; }
void watch_thread(long long block, long long thread, long long phase, const char *stack)
{
    now = {(int)block + 1, (int)thread + 1, (int)phase};
    top = stack;
    active = true;
}
void watch_block() { shared.clear(); }
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
