// Columns of the matrix, a thread a row. The corners at a vertex leave room for k columns each: row i starts at k starts[i].

// Sorted columns of every row in `room`, and how many they are in counts[row + 1].
extern "C" __global__ void merge(
    long long rows, int k, const int *cells, const int *starts, const int *corners, const int *vertices,
    const int *number, int *room, int *counts)
{
    ITEMS(row, rows) {
        const int i = vertices[row];
        int *own = room + (long long)k * starts[i], count = 0;
        for (int q = starts[i]; q < starts[i + 1]; ++q) {
            const int *cell = cells + (long long)k * (corners[q] / 4);
            for (int a = 0; a < k; ++a) {
                const int column = number[cell[a]];
                int place = count;  // rows are short
                while (place > 0 && own[place - 1] > column) --place;
                if (column < 0 || (place > 0 && own[place - 1] == column)) continue;
                for (int last = count++; last > place; --last) own[last] = own[last - 1];
                own[place] = column;
            }
        }
        counts[row + 1] = count;
    }
}

// The columns without the room between rows, a thread an entry.
extern "C" __global__ void compact(
    long long rows, long long entries, int k, const int *starts, const int *vertices, const int *indptr,
    const int *room, int *indices)
{
    ITEMS(p, entries) {
        const long long row = row_of(p, indptr, rows);
        indices[p] = room[(long long)k * starts[vertices[row]] + p - indptr[row]];
    }
}
