"""Linear finite elements on triangles and tetrahedra."""
