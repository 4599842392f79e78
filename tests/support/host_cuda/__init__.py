"""CUDA sources of sciml run on the CPU: the same text, built by a C++ compiler behind a small header."""
