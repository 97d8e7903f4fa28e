"""Compiles the decoder in C (plugins/playground_gpt/native) when the package is built or installed.

Where there is no compiler, or the machine is not one that the sources are for, the wheel is pure Python and
models compute with torch: a build never fails for it. CC and CFLAGS are as in any makefile.
"""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path(__file__).parent / "plugins" / "playground_gpt" / "native"
FLAGS = [
    *("-std=gnu11", "-O3", "-fPIC", "-pthread", "-fvisibility=hidden"),
    # So that loops become vectors; the results are those of the same arithmetic.
    *("-fopenmp-simd", "-fno-math-errno", "-fno-trapping-math"),
]
VARIANTS = {
    "avx512": ["-march=x86-64-v4", "-mavx512vnni", "-DGPT_AVX512"],
    "avx2": ["-march=x86-64-v3"],
}
# Asks the processor what it has, so it is compiled for the least of them.
FOR_EVERY_PROCESSOR = "usable.c"


class NativeHook(BuildHookInterface[Any]):
    """Adds the libraries to the wheel, whose tag then names the platform."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it gathers files."""
        if self.target_name != "wheel":
            return
        if reason := why_not() or compile_all():
            self.app.display_warning(f"no native decoder: {reason}")
            return
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform_tag()}"


def why_not() -> str:
    """Why nothing is to be compiled here; nothing where it is."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return f"it is written for x86-64 processors, not {platform.machine()}"
    return "it needs POSIX threads" if sys.platform == "win32" else ""


def compile_all() -> str:
    """Compile every variant; why that failed, or nothing. What failed leaves no older library behind."""
    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(compile_variant, VARIANTS))
    except (OSError, subprocess.CalledProcessError) as error:
        for library in SOURCES.glob("*.so"):
            library.unlink()
        return (getattr(error, "stderr", "") or str(error)).strip()
    return ""


def compile_variant(name: str) -> Path:
    """Compile and link one variant; an older library is replaced only by a whole one."""
    compiler = [*shlex.split(os.environ.get("CC", "cc")), *FLAGS]
    compiler += shlex.split(os.environ.get("CFLAGS", ""))
    library = SOURCES / f"gpt_{name}.so"
    with tempfile.TemporaryDirectory() as scratch:
        usable, built = Path(scratch, "usable.o"), Path(scratch, library.name)
        define = [flag for flag in VARIANTS[name] if flag.startswith("-D")]
        run([*compiler, *define, "-c", FOR_EVERY_PROCESSOR, "-o", str(usable)])
        sources = sorted(f.name for f in SOURCES.glob("*.c") if f.name != FOR_EVERY_PROCESSOR)
        run([*compiler, *VARIANTS[name], "-shared", *sources, str(usable), "-lm", "-o", str(built)])
        partial = library.with_suffix(".partial")
        partial.write_bytes(built.read_bytes())
        os.replace(partial, library)
    return library


def run(command: list[str]) -> None:
    """In the folder of the sources, so that no path of this machine is in what is built."""
    subprocess.run(command, cwd=SOURCES, check=True, capture_output=True, text=True)


def platform_tag() -> str:
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")
