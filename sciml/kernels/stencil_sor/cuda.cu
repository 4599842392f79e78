// A half sweep in place: a thread reads the other colour and its own cell, which no other thread reads.

extern "C" __global__ void relax_constant(
    int n0, int n1, int n2, const REAL *__restrict__ c, const REAL *__restrict__ wrap, const REAL *__restrict__ d0,
    const REAL *__restrict__ d1, const REAL *__restrict__ d2, REAL *x, const REAL *__restrict__ f, REAL omega,
    int colour)
{
    half_sweep(Constant{n0, n1, n2, c, wrap, d0, d1, d2}, colour, Value{x}, Value{x}, f, omega, x);
}

extern "C" __global__ void relax_variable(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, const REAL *__restrict__ surplus, REAL *x, const REAL *__restrict__ f, REAL omega,
    int colour)
{
    half_sweep(Variable{n0, n1, n2, c0, c1, c2, d, surplus}, colour, Value{x}, Value{x}, f, omega, x);
}
