"""A web page with many parts, and Chromium that loads it through a proxy."""

from harness import run


def page_of(count):
    """The files of a page with so many resources, which counts what it has loaded."""
    files = {}
    parts = []
    for number in range(count):
        kind = ("svg", "css", "js")[number % 3]
        name = f"r/{number}.{kind}"
        if kind == "svg":
            files[name] = (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
                           b'<rect width="9" height="9"/></svg>')
            parts.append(f'<img src="/{name}" onload="seen()" onerror="failed()">')
        elif kind == "css":
            files[name] = f".c{number} {{ color: #010{number % 10}00 }}\n".encode() * 200
            parts.append(f'<link rel="stylesheet" href="/{name}" onload="seen()" onerror="failed()">')
        else:
            files[name] = b"seen();\n" + b"// filler\n" * 3000
            parts.append(f'<script src="/{name}"></script>')
    page = """<!doctype html><title>Resources</title><p id="count">0</p>
<script>let n = 0; function seen() { document.getElementById("count").textContent = "loaded " + (++n); }
function failed() { document.title = "FAILED"; }</script>""" + "\n".join(parts)
    return {"index.html": page.encode(), **files}


def chromium_dom(profile, proxy, url):
    """What the page has become when all is loaded."""
    return run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--ignore-certificate-errors", f"--user-data-dir={profile}", f"--proxy-server=socks5://{proxy}",
                "--virtual-time-budget=20000", "--dump-dom", url], seconds=90).stdout.decode()
