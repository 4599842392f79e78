// Compressed rows of the corners of cells, from the order that sorts the corners by their vertex.

extern "C" __global__ void number(
    long long size, int n, int k, const int *cells, const long long *order, int *starts, int *corners)
{
    ITEMS(s, size + 1) {
        // rows that begin here: those after the vertex before, up to this one
        const int before = s > 0 ? cells[order[s - 1]] : -1, vertex = s < size ? cells[order[s]] : n;
        for (int i = before + 1; i <= vertex; ++i) starts[i] = s;
        if (s < size) corners[s] = 4 * (int)(order[s] / k) + (int)(order[s] % k);
    }
}
