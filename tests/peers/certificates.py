"""Certificates for tests, made by openssl: an authority, and what it signs."""
import pathlib
import subprocess

CONFIG = """
[ca]
default_ca = it
[it]
new_certs_dir = {folder}
database = {folder}/index.txt
rand_serial = yes
default_md = sha256
unique_subject = no
policy = any
email_in_dn = no
copy_extensions = copy
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
"""


def openssl(*arguments: object) -> None:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl {arguments[0]} failed:\n{done.stderr}")


class Authority:
    """A self-made authority in a folder; `cert` is what peers trust."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.cert, self.key = folder / "ca.crt", folder / "ca.key"
        self.config = folder / "ca.conf"
        self.config.write_text(CONFIG.format(folder=folder))
        (folder / "index.txt").touch()
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-config", self.config, "-subj", "/CN=test authority",
                "-addext", "basicConstraints=critical,CA:TRUE", "-days", "2",
                "-keyout", self.key, "-out", self.cert)

    def sign(self, name: str, common_name: str, *, names: str = "", expired: bool = False) -> tuple[str, str]:
        """A certificate and its key, as paths. `names`: `DNS:…,IP:…`."""
        cert, key, request = (self.folder / f"{name}.{kind}" for kind in ("crt", "key", "csr"))
        more = ["-addext", f"subjectAltName={names}"] if names else []
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-config", self.config, "-subj", f"/CN={common_name}", *more,
                "-keyout", key, "-out", request)
        time = ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"] if expired else ["-days", "2"]
        openssl("ca", "-batch", "-notext", "-config", self.config, "-cert", self.cert, "-keyfile", self.key, *time,
                "-in", request, "-out", cert)
        return str(cert), str(key)
