"""How the benchmarks set trojan up, server and client."""

from harness import COVER_NAME


def trojan_config(site, address, port, socks_port):
    """The two settings files of a server at this address, beside the site, and of its client, as values."""
    common = {"password": ["a password"], "log_level": 5,
              "tcp": {"no_delay": True, "keep_alive": True, "reuse_port": False, "fast_open": False}}
    server = {**common, "run_type": "server", "local_addr": address, "local_port": port,
              "remote_addr": address, "remote_port": site.http_port,
              "ssl": {"cert": str(site.certificate), "key": str(site.key), "alpn": ["http/1.1"]}}
    client = {**common, "run_type": "client", "local_addr": "127.0.0.1", "local_port": socks_port,
              "remote_addr": address, "remote_port": port,
              "ssl": {"verify": False, "verify_hostname": False, "sni": COVER_NAME, "alpn": ["h2", "http/1.1"]}}
    return server, client
