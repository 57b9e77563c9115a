"""`requests` over https: `tls` on the socket, its buffers and its ioctl; no certificate is asked
for. 14 writes, many reads, closed by ioctl(4)."""

import tls

from .requests_http import answer, begin, head


def get(host, port, path="x"):
    s = begin(host, port)
    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    context.verify_mode = tls.CERT_NONE
    try:
        s = context.wrap_socket(s, server_hostname=host)
        head(s, b"GET /%s HTTP/1.0\r\n" % path, {"Host": host, "User-Agent": "x", "Accept": "*"})
        status, length = answer(s)
        body = s.read(length)
        if len(body) < length:
            raise ValueError("%d bytes of %d" % (len(body), length))
    finally:
        s.close()
    return status, body


def main(host, port):
    for _ in range(7):  # more than a module has connectIDs: each must be free again
        status, body = get(host, port)
        print("get", status, len(body))
