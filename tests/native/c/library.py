"""The C API by ctypes: what smoke.py calls, with its types. Nothing here but what tidemark.h says."""

import ctypes as c
import json
import os


class Table(c.Structure):
    _fields_ = [("name", c.c_char_p), ("merge", c.c_int)]


TokenSource = c.CFUNCTYPE(None, c.c_void_p, c.c_int, c.c_void_p)


class Options(c.Structure):
    _fields_ = [
        ("size", c.c_size_t),
        ("path", c.c_char_p),
        ("tables", c.POINTER(Table)),
        ("table_count", c.c_size_t),
        ("url", c.c_char_p),
        ("token", TokenSource),
        ("user", c.c_void_p),
        ("scope", c.c_char_p),
        ("device", c.c_char_p),
        ("ca_file", c.c_char_p),
        ("schema", c.c_int64),
    ]


class Status(c.Structure):
    _fields_ = [
        ("last_synced_at", c.c_int64),
        ("pending", c.c_uint32),
        ("dead_letters", c.c_uint32),
        ("losses", c.c_uint32),
        ("phase", c.c_int),
        ("error", c.c_int),
        ("online", c.c_int32),
    ]


Listener = c.CFUNCTYPE(None, c.c_void_p, c.POINTER(Status))

library = c.CDLL(os.environ["TIDEMARK_LIBRARY"])
for name in ("version", "error_name", "error_message", "error_detail"):
    getattr(library, f"tidemark_{name}").restype = c.c_char_p
library.tidemark_free.argtypes = [c.c_void_p]
library.tidemark_free.restype = None
library.tidemark_close.argtypes = [c.c_void_p]
library.tidemark_close.restype = None
library.tidemark_token_set.argtypes = [c.c_void_p, c.c_char_p]
library.tidemark_token_set.restype = None
library.tidemark_open.argtypes = [c.POINTER(Options), c.POINTER(c.c_void_p)]
library.tidemark_sync.argtypes = [c.c_void_p, c.c_int64]
for name in ("start", "stop", "poke"):
    getattr(library, f"tidemark_{name}").argtypes = [c.c_void_p]
library.tidemark_get_status.argtypes = [c.c_void_p, c.POINTER(Status)]
library.tidemark_subscribe.argtypes = [c.c_void_p, Listener, c.c_void_p, c.POINTER(c.c_int64)]
for name in ("unsubscribe", "retry", "discard"):
    getattr(library, f"tidemark_{name}").argtypes = [c.c_void_p, c.c_int64]
for name in ("new_id", "pending", "export", "losses", "dead_letters", "verify"):
    getattr(library, f"tidemark_{name}").argtypes = [c.c_void_p, c.POINTER(c.c_void_p)]
library.tidemark_undo.argtypes = [c.c_void_p, c.c_char_p]
library.tidemark_switch_account.argtypes = [c.c_void_p, c.c_int]


class Fault(Exception):
    """A call's error: its name, and what only the place that failed knows."""

    def __init__(self, code):
        self.name = library.tidemark_error_name(code).decode()
        self.detail = library.tidemark_error_detail().decode()
        super().__init__(f"{self.name}: {self.detail}")


def check(code):
    if code != 0:
        raise Fault(code)


class Client:
    def __init__(self, path, url, tables, token=None, merge=0, **options):
        self._listeners = {}

        def answer(user, refresh, into):
            given = token(bool(refresh))
            if given is not None:
                library.tidemark_token_set(into, given.encode())

        self._token = TokenSource(answer) if token else TokenSource()
        list_of = (Table * len(tables))(*[Table(name.encode(), merge) for name in tables])
        given = Options(
            size=c.sizeof(Options),
            path=str(path).encode(),
            tables=list_of,
            table_count=len(tables),
            url=url.encode(),
            token=self._token,
            **{name: each.encode() for name, each in options.items()},
        )
        self.handle = c.c_void_p()
        check(library.tidemark_open(c.byref(given), c.byref(self.handle)))

    def close(self):
        library.tidemark_close(self.handle)

    def sync(self, timeout_ms=60_000):
        check(library.tidemark_sync(self.handle, timeout_ms))

    def call(self, name, *arguments):
        check(getattr(library, f"tidemark_{name}")(self.handle, *arguments))

    def text(self, name):
        out = c.c_void_p()
        check(getattr(library, f"tidemark_{name}")(self.handle, c.byref(out)))
        value = c.string_at(out.value).decode()
        library.tidemark_free(out)
        return value

    def json(self, name):
        return json.loads(self.text(name))

    def status(self):
        status = Status()
        check(library.tidemark_get_status(self.handle, c.byref(status)))
        return status

    def subscribe(self, listener):
        call = Listener(lambda user, status: listener(status.contents))
        number = c.c_int64()
        check(library.tidemark_subscribe(self.handle, call, None, c.byref(number)))
        self._listeners[number.value] = call
        return number.value

    def unsubscribe(self, number):
        check(library.tidemark_unsubscribe(self.handle, number))
        del self._listeners[number]
