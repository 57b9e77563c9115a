"""`requests`, as it is frozen into MicroPython."""

import requests


def main(host, port):
    url = "http://%s:%d" % (host, port)
    r = requests.get(url + "/x", headers={"X-Node": "7"})
    print("get", r.status_code, r.json()["path"])
    r.close()
    r = requests.get(url + "/bytes/3000")
    print("bytes", r.content == bytes(i & 255 for i in range(3000)))
    r.close()
    r = requests.post(url + "/json", json={"t": 21.5})
    print("post", r.status_code, r.json()["length"])
    r.close()
    r = requests.post(url + "/chunked", data=iter([b"21.5", b"21.6\r\n", b"x" * 600]))
    print("chunked", r.status_code, r.json()["length"])
    r.close()
    r = requests.put(url + "/put", data="text", auth=("node", "secret"))
    print("put", r.status_code, r.json()["method"])
    r.close()


def https(host, port):
    url = "https://%s:%d" % (host, port)
    for _ in range(7):  # more than there are connectIDs
        r = requests.post(url + "/json", json={"t": 21.5})
        print("post", r.status_code, r.json()["length"])
        r.close()


def outcome(host, port, path="/x", scheme="http", timeout=2):
    """What one request comes to, in a line."""
    try:
        r = requests.get("%s://%s:%d%s" % (scheme, host, port, path), timeout=timeout)
        try:
            print("body", len(r.content))
        finally:
            r.close()
    except OSError as e:
        print("OSError", abs(e.errno))  # `tls` makes -errno of some sockets' errors
    except ValueError as e:
        print("ValueError", str(e).split(":")[0])


def each(scheme, *places):
    """One request to each (host, port)."""
    for host, port in places:
        outcome(host, port, scheme=scheme)
