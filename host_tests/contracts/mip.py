"""`mip`: a file fetched through `requests`, in pieces of 128 bytes with readinto()."""

from .requests_http import answer, begin, head


def fetch(host, port, path):
    s = begin(host, port)
    data = b""
    buf = memoryview(bytearray(128))
    try:
        head(s, b"GET /%s HTTP/1.0\r\n" % path, {"Host": host, "Connection": "close"})
        status, _ = answer(s)
        while True:
            n = s.readinto(buf)
            if not n:
                break
            data += bytes(buf[:n])
    finally:
        s.close()
    return status, data


def main(host, port, path, size):
    status, data = fetch(host, port, path)
    print("file", status, len(data) == size and all(b == i & 255 for i, b in enumerate(data)))
