"""Certificates made on the spot: nothing in the repository can expire."""

import ssl

import trustme

NAMES = ("telemetry.example", "localhost")


class Certificates:
    """A CA and a server certificate for NAMES, in `folder`.

    `ca_pem` and `ca_der` are paths of the CA's certificate, `other_ca_pem` and `other_ca_der`, or
    `other_ca`, those of a CA that has signed nothing here. `cert_pem` and `key_pem` are the
    server's.
    """

    def __init__(self, folder, names=NAMES):
        authority, other = trustme.CA(), trustme.CA()
        server = authority.issue_cert(*names)
        self.ca_pem, self.ca_der = _write(folder, "ca", authority)
        self.other_ca_pem, self.other_ca_der = _write(folder, "other_ca", other)
        self.other_ca = self.other_ca_der
        self.cert_pem = folder / "server.pem"
        self.key_pem = folder / "server.key"
        self.cert_pem.write_bytes(b"".join(blob.bytes() for blob in server.cert_chain_pems))
        server.private_key_pem.write_to_path(str(self.key_pem))

    def context(self):
        """For a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(self.cert_pem), str(self.key_pem))
        return context


def _write(folder, name, authority):
    pem = authority.cert_pem.bytes()
    paths = folder / (name + ".pem"), folder / (name + ".der")
    paths[0].write_bytes(pem)
    paths[1].write_bytes(ssl.PEM_cert_to_DER_cert(pem.decode()))
    return paths
