"""Write ``bracket.msh``, the mesh of `bracket.toml`: an angle bracket that holds a motor.

    pip install gmsh
    python examples/bracket_mesh.py

The part, in metres: a foot of 90 mm x 80 mm and an upright of 80 mm x 88 mm, both 14 mm thick, joined by a fillet of
14 mm, with rounded corners; two bolt holes of 13 mm in the foot, and in the upright a bore of 32 mm with a raised pad
around it, on which the motor sits. Gmsh is needed to change the mesh only: what it wrote is kept beside this script.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import gmsh

MM = 1e-3
LENGTH, WIDTH, HEIGHT, THICK = 90 * MM, 80 * MM, 88 * MM, 14 * MM
FILLET, CORNER = 14 * MM, 18 * MM
BOLT, BOLTS = 6.5 * MM, [(62 * MM, y * MM) for y in (20, 60)]  # radius, centres
BORE, PAD, PAD_HEIGHT, AXIS = 16 * MM, 29 * MM, 6 * MM, 55 * MM  # radii, height of the pad, height of its axis
EPS = 1e-7

Entity = tuple[int, int]


def main(arguments: Sequence[str] | None = None) -> Path:
    """Build the part, name its faces, mesh it and return the path of the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=float, default=16.0, help="edge of the elements on flat faces [mm]")
    parser.add_argument("--around", type=int, default=9, help="elements around a circle")
    parser.add_argument("--file", type=Path, default=Path(__file__).with_name("bracket.msh"))
    options = parser.parse_args(arguments)
    gmsh.initialize([])
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        part = shape()
        gmsh.model.occ.synchronize()
        name_faces(part)
        mesh(options.size * MM, options.around)
        gmsh.option.setNumber("Mesh.MshFileVersion", 4.1)
        gmsh.option.setNumber("Mesh.Binary", 1)
        gmsh.write(str(options.file))
    finally:
        gmsh.finalize()
    return options.file


def shape() -> Entity:
    """The solid: x along the foot, y across it, z upwards."""
    occ = gmsh.model.occ
    foot = occ.addBox(0, 0, 0, LENGTH, WIDTH, THICK)
    upright = occ.addBox(0, 0, 0, THICK, WIDTH, HEIGHT)
    pad = occ.addCylinder(THICK, WIDTH / 2, AXIS, PAD_HEIGHT, 0, 0, PAD)
    whole, _ = occ.fuse([(3, foot)], [(3, upright)])
    # Inner edge between foot and upright, then the free corners; the pad comes last, its edge stays sharp.
    whole = rounded(whole[0], [edge_at(THICK, None, THICK)], FILLET)
    corners = [edge_at(None, y, HEIGHT) for y in (0, WIDTH)] + [edge_at(LENGTH, y, None) for y in (0, WIDTH)]
    whole = rounded(whole[0], corners, CORNER)
    whole, _ = occ.fuse(whole, [(3, pad)])
    holes = [(3, occ.addCylinder(x, y, -EPS, 0, 0, THICK + 2 * EPS, BOLT)) for x, y in BOLTS]
    bore = occ.addCylinder(-EPS, WIDTH / 2, AXIS, THICK + PAD_HEIGHT + 2 * EPS, 0, 0, BORE)
    whole, _ = occ.cut(whole, [*holes, (3, bore)])
    return whole[0]


def rounded(solid: Entity, edges: list[int], radius: float) -> list[Entity]:
    """The solid with edges rounded."""
    return gmsh.model.occ.fillet([solid[1]], edges, [radius])


def edge_at(*middle: float | None) -> int:
    """The edge whose middle has these coordinates; None is any along the edge."""
    gmsh.model.occ.synchronize()
    found = []
    for _, tag in gmsh.model.getEntities(1):
        low_high = gmsh.model.getBoundingBox(1, tag)
        low, high = low_high[:3], low_high[3:]
        if all(m is None or max(abs(a - m), abs(b - m)) < 10 * EPS for a, b, m in zip(low, high, middle, strict=True)):
            found.append(tag)
    (edge,) = found
    return edge


def name_faces(part: Entity) -> None:
    """Physical groups: the walls of the bolt holes, the fixed face below, the loaded one of the pad, the rest."""
    groups: dict[str, list[int]] = {"bolts": [], "fixed": [], "loaded": [], "rest": []}
    for _, tag in gmsh.model.getBoundary([part], oriented=False):
        x0, y0, z0, x1, y1, z1 = gmsh.model.getBoundingBox(2, tag)
        is_hole = any(
            max(abs((x0 + x1) / 2 - x), abs((y0 + y1) / 2 - y)) < 10 * EPS and abs(x1 - x0 - 2 * BOLT) < 10 * EPS
            for x, y in BOLTS
        )
        if is_hole:
            groups["bolts"].append(tag)
        elif z1 < 10 * EPS:
            groups["fixed"].append(tag)
        elif x0 > THICK + PAD_HEIGHT - 10 * EPS and z0 > THICK:
            groups["loaded"].append(tag)
        else:
            groups["rest"].append(tag)
    for name, faces in groups.items():
        gmsh.model.addPhysicalGroup(2, faces, name=name)
    gmsh.model.addPhysicalGroup(3, [part[1]], name="aluminium")


def mesh(size: float, around: int) -> None:
    """Tetrahedra, finer around circles."""
    gmsh.option.setNumber("Mesh.MeshSizeMax", size)
    gmsh.option.setNumber("Mesh.MeshSizeFromCurvature", around)
    gmsh.option.setNumber("Mesh.Algorithm", 5)  # Delaunay, on faces and inside
    gmsh.option.setNumber("Mesh.Algorithm3D", 1)
    gmsh.option.setNumber("Mesh.RandomSeed", 1)
    gmsh.option.setNumber("General.NumThreads", 1)
    gmsh.model.mesh.generate(3)
    for method in ("Netgen", "", "Relocate3D"):
        gmsh.model.mesh.optimize(method)


if __name__ == "__main__":
    main()
