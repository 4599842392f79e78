// What CUDA C takes for granted, for a C++ compiler: threads run on the CPU, in any order asked for.
// Threads of kernels with barriers are fibers that change places at each barrier; others run to their end.
#undef _FORTIFY_SOURCE  // its longjmp does not leave a stack for another one
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define __global__ __attribute__((visibility("hidden")))  // else the C library answers to names that it has too
#define __device__
#define __host__
#define __forceinline__ inline
#define __shared__ static __attribute__((section("shared_memory")))
#define __launch_bounds__(...)

struct Extent { unsigned x, y, z; };
static __attribute__((section("geometry"))) Extent threadIdx, blockIdx, blockDim, gridDim;

template <class T> static inline T min(T a, T b) { return b < a ? b : a; }
template <class T> static inline T max(T a, T b) { return a < b ? b : a; }
template <class T> static inline T __ldg(const T *p) { return *p; }
static inline double __dadd_rn(double a, double b) { return a + b; }  // never fused, like all here
static inline double __dmul_rn(double a, double b) { return a * b; }

// With WATCHED, all loads and stores of kernels are seen (watch.cpp), and atomics are told from others.
#ifdef WATCHED
#define UNSEEN __attribute__((noinline, no_sanitize("thread")))
extern "C" void watch_thread(long long block, long long thread, long long phase, const char *stack);
extern "C" void watch_pause();
extern "C" void watch_block();
extern "C" void watch_atomic(const void *p, int size);
#else
#define UNSEEN inline
static inline void watch_thread(long long, long long, long long, const char *) {}
static inline void watch_pause() {}
static inline void watch_block() {}
static inline void watch_atomic(const void *, int) {}
#endif
#define ATOMIC(name, changed) \
    template <class T> static UNSEEN T name(T *p, T v) \
    { \
        watch_atomic(p, sizeof(T)); \
        T old = *p; \
        *p = changed; \
        return old; \
    }
ATOMIC(atomicAdd, old + v)
ATOMIC(atomicMax, max(old, v))
ATOMIC(atomicMin, min(old, v))

enum { DONE = 0, DIVERGED = 1, BARRIER = 2 };  // what a launch returns
typedef void (*Body)(void **);

// A fiber is entered once and then takes one thread after another. Jumps save no signals, which would be two calls
// of the system each time.
struct Fiber { jmp_buf at; ucontext_t start; char *stack; bool entered, ended; };
static const size_t STACK = 1 << 15;
static Fiber *fibers = 0, *current = 0;
static unsigned fiber_count = 0;
static jmp_buf scheduler;
static int fault;
static Body the_body;
static void **the_args;

static void __syncthreads()
{
    watch_pause();
    if (!current) { fault = BARRIER; return; }
    if (!_setjmp(current->at)) _longjmp(scheduler, 1);
}

static void enter()
{
    for (;;) {
        the_body(the_args);
        watch_pause();
        current->ended = true;
        if (!_setjmp(current->at)) _longjmp(scheduler, 1);
    }
}

// Run the current fiber up to its next barrier or its end.
static __attribute__((noinline, no_sanitize("thread"))) void resume()
{
    if (_setjmp(scheduler)) return;
    if (current->entered) _longjmp(current->at, 1);
    current->entered = true;
    setcontext(&current->start);
}

static void prepare_fibers(unsigned count)
{
    if (count <= fiber_count) return;
    fibers = (Fiber *)realloc(fibers, sizeof(Fiber) * count);
    for (; fiber_count < count; ++fiber_count) {
        Fiber &fiber = fibers[fiber_count];
        fiber.entered = false;
        fiber.stack = (char *)malloc(STACK);
    }
}

static void place(unsigned long long t)
{
    threadIdx.x = t % blockDim.x;
    threadIdx.y = t / blockDim.x % blockDim.y;
    threadIdx.z = t / blockDim.x / blockDim.y;
}

static void place_block(unsigned long long b)
{
    blockIdx.x = b % gridDim.x;
    blockIdx.y = b / gridDim.x % gridDim.y;
    blockIdx.z = b / gridDim.x / gridDim.y;
}

// Orders: 0 rising, 1 falling, 2 and above shuffled, a different one for each seed.
static unsigned long long state;
static void arrange(unsigned *order, unsigned n, int kind)
{
    for (unsigned i = 0; i < n; ++i) order[i] = kind == 1 ? n - 1 - i : i;
    if (kind < 2) return;
    for (unsigned i = n; i > 1; --i) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        unsigned j = (state >> 33) % i, kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}

// Shared memory of a block holds anything before the block writes to it.
extern char __start_shared_memory[] __attribute__((weak, visibility("hidden")));
extern char __stop_shared_memory[] __attribute__((weak, visibility("hidden")));
static void renew_shared()
{
    memset(__start_shared_memory, 0xFF, __stop_shared_memory - __start_shared_memory);
    watch_block();
}

static void run_block(unsigned block, unsigned threads, unsigned *order, int kind)
{
    renew_shared();
    for (unsigned t = 0; t < threads; ++t) {
        Fiber &fiber = fibers[t];
        fiber.ended = false;
        if (fiber.entered) continue;
        getcontext(&fiber.start);
        fiber.start.uc_stack.ss_sp = fiber.stack;
        fiber.start.uc_stack.ss_size = STACK;
        makecontext(&fiber.start, enter, 0);
    }
    for (unsigned left = threads, phase = 0; left; ++phase) {
        arrange(order, threads, kind);
        unsigned ended = 0, waiting = 0;
        for (unsigned s = 0; s < threads; ++s) {
            Fiber &fiber = fibers[order[s]];
            if (fiber.ended) continue;
            current = &fiber;
            place(order[s]);
            watch_thread(block, order[s], phase, fiber.stack + STACK);
            resume();
            watch_pause();
            fiber.ended ? ++ended : ++waiting;
        }
        left -= ended;
        if (ended && waiting) fault = DIVERGED;
    }
    current = 0;
}

static int run(Body body, void **args, const unsigned *shape, int kind, bool barriers)
{
    gridDim = {shape[0], shape[1], shape[2]};
    blockDim = {shape[3], shape[4], shape[5]};
    unsigned blocks = gridDim.x * gridDim.y * gridDim.z, threads = blockDim.x * blockDim.y * blockDim.z;
    unsigned n = barriers ? blocks : blocks * threads;
    unsigned *order = (unsigned *)malloc(sizeof(unsigned) * n), *inner = (unsigned *)malloc(sizeof(unsigned) * threads);
    fault = DONE;
    state = kind;
    arrange(order, n, kind);
    the_body = body;
    the_args = args;
    if (barriers) prepare_fibers(threads);
    for (unsigned s = 0; s < n; ++s) {
        place_block(barriers ? order[s] : order[s] / threads);
        if (barriers) {
            run_block(order[s], threads, inner, kind);
        } else {
            place(order[s] % threads);
            watch_thread(order[s] / threads, order[s] % threads, 0, (const char *)__builtin_frame_address(0));
            body(args);
            watch_pause();
        }
    }
    free(order);
    free(inner);
    return fault;
}
