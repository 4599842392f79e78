"""Write ``cable.msh``, the mesh of `cable.toml`: the section of a cable with three copper cores.

    pip install gmsh
    python examples/cable_mesh.py

Metres: cores of 16 mm in diameter, each in insulation of 4 mm, in a jacket of 56 mm. Gmsh is needed to change the
mesh only: what it wrote is kept beside this script.
"""

import argparse
from collections.abc import Sequence
from math import cos, pi, sin
from pathlib import Path

import gmsh

MM = 1e-3
CORE, INSULATED, JACKET = 8 * MM, 12 * MM, 28 * MM  # radii
OFFSET = 14.2 * MM  # of the cores from the axis
CENTRES = [(OFFSET * cos(angle), OFFSET * sin(angle)) for angle in (pi / 2, pi * 7 / 6, pi * 11 / 6)]


def main(arguments: Sequence[str] | None = None) -> Path:
    """Build the section, name its parts, mesh it and return the path of the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=float, default=2.4, help="edge of the elements [mm]")
    parser.add_argument("--file", type=Path, default=Path(__file__).with_name("cable.msh"))
    options = parser.parse_args(arguments)
    gmsh.initialize([])
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        name_parts(section())
        gmsh.option.setNumber("Mesh.MeshSizeMax", options.size * MM)
        gmsh.option.setNumber("Mesh.RandomSeed", 1)
        gmsh.model.mesh.generate(2)
        gmsh.option.setNumber("Mesh.MshFileVersion", 4.1)
        gmsh.option.setNumber("Mesh.Binary", 1)
        gmsh.write(str(options.file))
    finally:
        gmsh.finalize()
    return options.file


def section() -> dict[str, list[int]]:
    """Faces by material; parts share the curves between them."""
    occ = gmsh.model.occ
    jacket = occ.addDisk(0, 0, 0, JACKET, JACKET)
    rings = [occ.addDisk(x, y, 0, INSULATED, INSULATED) for x, y in CENTRES]
    cores = [occ.addDisk(x, y, 0, CORE, CORE) for x, y in CENTRES]
    _, pieces = occ.fragment([(2, jacket)], [(2, tag) for tag in rings + cores])
    occ.synchronize()
    whole, insulated, copper = (
        {tag for piece in some for _, tag in piece} for some in (pieces[:1], pieces[1:4], pieces[4:])
    )
    return {"copper": sorted(copper), "insulation": sorted(insulated - copper), "jacket": sorted(whole - insulated)}


def name_parts(faces: dict[str, list[int]]) -> None:
    """Physical groups: the materials, and the outer surface."""
    for name, tags in faces.items():
        gmsh.model.addPhysicalGroup(2, tags, name=name)
    outer = gmsh.model.getBoundary([(2, tag) for tags in faces.values() for tag in tags], oriented=False)
    gmsh.model.addPhysicalGroup(1, [tag for _, tag in outer], name="surface")


if __name__ == "__main__":
    main()
