"""The wire itself: certificates, proxies with a password, and hosts that are no hosts."""

import datetime as dt
import ipaddress
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cophub import SourceUnavailable
from cophub.http import Transport
from cophub.http.engine import tls


def _own_certificate(path):
    """A certificate for 127.0.0.1 that nobody signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(pem, *form) + made.public_bytes(pem))


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        """Tests have output enough."""


@pytest.fixture
def secure(tmp_path):
    """An https server, and the file of its certificate."""
    file = tmp_path / "own.pem"
    _own_certificate(file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hello)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    tls.cache_clear()
    yield f"https://127.0.0.1:{server.server_address[1]}/x", file
    tls.cache_clear()
    server.shutdown()
    server.server_close()


def test_a_certificate_that_nobody_vouches_for_is_refused_once_and_said(secure, time_):
    url, _ = secure
    with Transport(sleep=time_.sleep) as transport:
        for face in (transport.client(), transport.session()):
            with pytest.raises(SourceUnavailable, match="check the host's certificate"):
                face.get(url)
        with pytest.raises(SourceUnavailable, match="certificate"):
            transport.session().get(url, verify=False)
        assert transport.traffic.retries == 0
    assert time_.slept == []


def test_an_organisations_own_certificate_is_named_in_the_environment(secure, monkeypatch):
    url, file = secure
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with Transport() as transport:
        assert transport.client().get(url).text == "hello"
        assert transport.session().get(url).text == "hello"


def test_a_proxy_gets_its_own_password_and_the_vendor_does_not(vendor, monkeypatch):
    monkeypatch.setenv("http_proxy", vendor.url.replace("://", "://ada:wonder%21land@"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    vendor.answers("/x", {"body": {}})
    with Transport() as transport:
        transport.client().get("http://vendor.example/x")
    assert vendor.seen[0].headers["proxy-authorization"] == "Basic YWRhOndvbmRlciFsYW5k"
    assert "authorization" not in vendor.seen[0].headers


@pytest.mark.parametrize("url", ["/no/host", "ftp://vendor.example/x", "http:///x"])
def test_an_address_that_is_none_is_said(url, time_):
    with Transport(sleep=time_.sleep) as transport, pytest.raises(SourceUnavailable, match="GET"):
        transport.client().get(url)


def test_a_request_after_the_end_is_refused(vendor):
    transport = Transport()
    client = transport.client(base_url=vendor.url)
    transport.close()
    with pytest.raises(SourceUnavailable, match="closed"):
        client.get("/x")
    assert vendor.seen == []
