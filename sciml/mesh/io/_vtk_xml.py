"""Arrays in VTK's XML files: text, base64 or raw, compressed or not."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.mesh.io._stream import damaged, text_numbers

__all__ = ["XmlArray", "XmlFile"]

_TYPES = {
    "Int8": "i1", "UInt8": "u1", "Int16": "i2", "UInt16": "u2", "Int32": "i4", "UInt32": "u4", "Int64": "i8",
    "UInt64": "u8", "Float32": "f4", "Float64": "f8",
}  # fmt: skip
_COMPRESSORS = {"vtkZLibDataCompressor": "zlib", "vtkLZMADataCompressor": "lzma"}


@dataclass
class XmlArray:
    """A DataArray element: where it stands and what it says of itself."""

    section: str
    piece: int
    attributes: dict[str, str]
    begin: int
    end: int = -1


@dataclass
class XmlFile:
    """The elements of a file and the bytes of its arrays.

    Raises
    ------
    InputError
        If the markup is damaged, declares entities, or uses a compression that is not read.
    """

    path: Path
    data: bytes
    root: dict[str, str] = field(default_factory=dict)
    pieces: list[dict[str, str]] = field(default_factory=list)
    arrays: list[XmlArray] = field(default_factory=list)

    def __post_init__(self) -> None:
        mark = self.data.find(b"<AppendedData")
        self._parse(self.data if mark < 0 else self.data[:mark], final=mark < 0)
        opening = re.compile(rb'<AppendedData\s+encoding="(raw|base64)"\s*>\s*_').match(self.data, max(mark, 0))
        self.encoding = opening[1] if opening else b""
        self.start = opening.end() if opening else 0
        order = {"LittleEndian": "<", "BigEndian": ">"}.get(self.root.get("byte_order", "LittleEndian"))
        header = {"UInt32": "u4", "UInt64": "u8"}.get(self.root.get("header_type", "UInt32"))
        compressor = self.root.get("compressor", "")
        if order is None or header is None:
            raise damaged(self.path, "its <VTKFile> element", "a byte order and a header type of VTK")
        if compressor and compressor not in _COMPRESSORS:
            raise InputError(f"{self.path} is compressed by {compressor}; expected zlib, lzma or none")
        self.order, self.header = order, np.dtype(order + header)
        self.decompress = _decompressor(_COMPRESSORS[compressor]) if compressor else None

    def _parse(self, text: bytes, *, final: bool) -> None:
        from xml.parsers.expat import ExpatError, ParserCreate

        parser = ParserCreate()
        sections: list[str] = []

        def ended() -> None:
            if self.arrays[-1].end < 0:  # at its first child, which tells of the range
                self.arrays[-1].end = max(parser.CurrentByteIndex, self.arrays[-1].begin)

        def opened(tag: str, attributes: dict[str, str]) -> None:
            if sections and sections[-1] == "DataArray":
                ended()
            if tag == "VTKFile":
                self.root.update(attributes)
            elif tag == "Piece":
                self.pieces.append(attributes)
            elif tag == "DataArray":
                begin = text.find(b">", parser.CurrentByteIndex) + 1
                section = sections[-1] if sections else ""
                self.arrays.append(XmlArray(section, len(self.pieces) - 1, attributes, begin))
            sections.append(tag)

        def closed(tag: str) -> None:
            sections.pop()
            if tag == "DataArray":
                ended()

        def refused(*_: Any) -> None:
            raise InputError(f"{self.path} declares a document type, which no VTK file needs; export the mesh again")

        parser.StartElementHandler, parser.EndElementHandler = opened, closed
        parser.StartDoctypeDeclHandler = refused
        try:
            parser.Parse(text, final)
        except ExpatError as error:
            raise damaged(self.path, f"line {error.lineno}", f"well-formed XML ({error})") from None

    def values(self, array: XmlArray, limit: int) -> NDArray[Any]:
        """The numbers of an array, shape (n,) or (n, components).

        Parameters
        ----------
        array : XmlArray
        limit : int
            Numbers it may hold at most, from the counts of points and cells.

        Raises
        ------
        InputError
            If it holds more, or is damaged.
        """
        kind = _TYPES.get(array.attributes.get("type", ""))
        name = array.attributes.get("Name", array.section)
        if kind is None:
            raise damaged(self.path, f"array '{name}'", f"one of the types {', '.join(_TYPES)}")
        width = self._whole(array.attributes, "NumberOfComponents", "1")
        if array.attributes.get("format") == "ascii":
            parsed = text_numbers(self.path, self.data, array.begin, array.end, "f8" if kind[0] == "f" else "i8")
            found = parsed.astype(kind)
        else:
            content = self._content(array, limit * np.dtype(kind).itemsize)
            if len(content) % np.dtype(kind).itemsize:
                raise damaged(self.path, f"array '{name}'", f"whole {array.attributes['type']} numbers")
            found = np.frombuffer(content, self.order + kind).astype(kind)
        if len(found) > limit or width < 1 or len(found) % width:
            raise damaged(self.path, f"array '{name}'", f"at most {limit} numbers in rows of {width}, not {len(found)}")
        return found if width == 1 else found.reshape(-1, width)

    def count(self, piece: int, name: str) -> int:
        """A number of points or cells of a piece."""
        return self._whole(self.pieces[piece], name)

    def _whole(self, attributes: dict[str, str], name: str, default: str = "") -> int:
        text = attributes.get(name, default)
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise damaged(self.path, f"attribute {name}", f"a whole number, not '{text[:20]}'")
        return int(text)

    def _content(self, array: XmlArray, limit: int) -> bytes | memoryview:
        """The bytes of an array that is not text."""
        where = f"array '{array.attributes.get('Name', array.section)}'"
        if array.attributes.get("format") == "appended":
            begin = self.start + self._whole(array.attributes, "offset")
            text, end = self.encoding == b"base64", len(self.data)
            if not self.encoding or begin > end:
                raise damaged(self.path, where, "an offset within the appended data")
        else:
            text, begin, end = True, array.begin, array.end
            while begin < end and self.data[begin : begin + 1].isspace():
                begin += 1
        read = (_Base64 if text else _Raw)(self.path, where, self.data, begin, end)
        size = self.header.itemsize
        if self.decompress is None:
            (n,) = self._words(read.take(size, 0))
            if n > limit:
                raise damaged(self.path, where, f"at most {limit} bytes, its header says {n}")
            return read.rest(size, n)
        n_blocks, block, last = self._words(read.take(3 * size, 0))
        lengths = self._words(read.take((3 + n_blocks) * size, 0))[3:] if n_blocks else []
        total = block * n_blocks - (block - last if last and n_blocks else 0)
        if total > limit:
            raise damaged(self.path, where, f"at most {limit} bytes, its header says {total}")
        packed = read.group((3 + n_blocks) * size, sum(lengths))
        sizes = [block] * (n_blocks - 1) + [last or block] if n_blocks else []
        return b"".join(self._unpacked(packed, lengths, sizes, where))

    def _unpacked(self, packed: Any, lengths: list[int], sizes: list[int], where: str) -> Iterator[bytes]:
        assert self.decompress is not None
        at = 0
        for length, size in zip(lengths, sizes, strict=True):
            try:
                block = self.decompress(packed[at : at + length], size)
            except Exception as error:  # each library has its own
                raise damaged(self.path, where, f"compressed blocks ({error})") from None
            if len(block) != size:
                raise damaged(self.path, where, f"a block of {size} bytes, it has {len(block)}")
            at += length
            yield block

    def _words(self, content: bytes | memoryview) -> list[int]:
        words: list[int] = np.frombuffer(content, self.header).tolist()
        return words


def _decompressor(name: str) -> Callable[[Any, int], bytes]:
    if name == "zlib":
        import zlib

        return lambda packed, size: zlib.decompressobj().decompress(packed, size) if size else b""
    import lzma

    return lambda packed, size: lzma.LZMADecompressor().decompress(bytes(packed), size) if size else b""


@dataclass
class _Raw:
    path: Path
    where: str
    data: bytes
    begin: int
    end: int

    def take(self, n: int, at: int) -> bytes | memoryview:
        """`n` bytes from byte `at` on."""
        if n > self.end - self.begin - at:
            raise damaged(self.path, self.where, f"{n} bytes from byte {self.begin + at} on, the file ends before")
        return memoryview(self.data)[self.begin + at : self.begin + at + n]

    def rest(self, at: int, n: int) -> bytes | memoryview:
        return self.take(n, at)

    def group(self, at: int, n: int) -> bytes | memoryview:
        return self.take(n, at)


class _Base64(_Raw):
    """The same from text: the header may be encoded with what follows or on its own."""

    def take(self, n: int, at: int) -> bytes:
        """`n` bytes of the group that begins with character `at`."""
        length = 4 * -(-n // 3)
        if length > self.end - self.begin - at:
            raise damaged(self.path, self.where, f"{length} characters of base64, the text ends before")
        text = self.data[self.begin + at : self.begin + at + length]
        try:
            found = b64decode(text, validate=True)
        except ValueError:
            raise damaged(self.path, self.where, "base64 without blanks") from None
        if len(found) < n:
            raise damaged(self.path, self.where, f"{n} bytes of base64")
        return found[:n]

    def rest(self, at: int, n: int) -> bytes | memoryview:
        header = 4 * -(-at // 3)
        if self.data[self.begin + header - 1 : self.begin + header] == b"=" and n:
            return self.take(n, header)
        return memoryview(self.take(at + n, 0))[at:]

    def group(self, at: int, n: int) -> bytes:
        return self.take(n, 4 * -(-at // 3))
