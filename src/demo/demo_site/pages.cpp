#include "demo/demo_site/pages.hpp"

#include <charconv>

#include <fmt/format.h>

namespace qnet::demo_site {
namespace {

constexpr unsigned kImages = 50;
constexpr std::string_view kHtml = "text/html; charset=utf-8";

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/img/1.svg">
<style>
  :root { color-scheme: light dark; --ink: #1c2430; --paper: #f7f6f2; --line: #d8d5cc; --mark: #0b6e5f; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e6e4de; --paper: #16191d; --line: #363b42; --mark: #5cc9b5; } }
  body { margin: 0 auto; max-width: 42rem; padding: 3rem 1.25rem; background: var(--paper); color: var(--ink);
         font: 1.05rem/1.6 system-ui, sans-serif; }
  h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1rem; }
  h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
  ol.way { list-style: none; margin: 0; padding: 0 0 0 1.2rem; border-left: 2px solid var(--mark); }
  ol.way li { margin: .7rem 0; }
  ul { padding-left: 1.2rem; }
  a { color: var(--mark); }
  code { font-size: .92em; }
  .aside { border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: 1rem; font-size: .92rem; }
  .images { display: grid; grid-template-columns: repeat(10, 1fr); gap: .4rem; }
  .images img { width: 100%; aspect-ratio: 1; }
</style>
)";

constexpr std::string_view kHome = R"(<title>QNet's demo network</title>
<h1>You reached this page through QNet's demo network</h1>
<p>Your browser asked for an ordinary page. This is what happened to the request on its way here:</p>
<ol class="way">
  <li><strong>Your browser</strong> handed it to QNet's SOCKS5 proxy on this machine.</li>
  <li><strong>QNet's client</strong> sealed it in a connection that looks like a browser's visit to a web site.
      Whoever watches the line sees that site's name, and nothing of this one.</li>
  <li><strong>A relay</strong> recognised the client from inside its first message, and carried the request on.
      A stranger who connects there gets the web site's own answer instead.</li>
  <li><strong>The exit</strong> looked up the name, checked that the address is a public one
      (in the demo: that it is on its list), and opened a connection to this site.</li>
  <li><strong>This site</strong> saw the exit, not you.</li>
</ol>
<h2>Try it further</h2>
<ul>
  <li><a href="/fifty">A page of fifty images</a>, all through the same tunnel</li>
  <li><a href="/bytes/104857600">A download of 100 MiB</a></li>
  <li><a href="/headers">What this site learnt from your request</a></li>
  <li><code>/upload</code> takes a POST of any size and counts it; <code>/websocket</code> echoes</li>
</ul>
<p class="aside">Did you come here directly, without the proxy? Then you see what every stranger sees who connects to
one of the demo's relays: this same page, from this same site. The relay exists to look like that.</p>
)";

std::string fifty() {
  std::string body(kHead);
  body +=
      "<title>Fifty images</title>\n<h1>Fifty images, one tunnel</h1>\n<p><output "
      "id=\"loaded\">Loading…</output> "
      "<a href=\"/\">Back</a></p>\n<div class=\"images\">\n";
  for (unsigned i = 1; i <= kImages; ++i) body += fmt::format("<img src=\"/img/{0}.svg\" alt=\"{0}\">\n", i);
  // Counts what really arrived and could be drawn, for people and for tests that dump the page.
  body += R"(</div>
<script>
  addEventListener("load", () => {
    const images = [...document.images];
    const drawn = images.filter((image) => image.complete && image.naturalWidth > 0).length;
    document.getElementById("loaded").textContent = `${drawn} of ${images.length} images loaded.`;
  });
</script>
)";
  return body;
}

std::string image(unsigned number) {
  const auto hue = number * 360 / kImages;
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"64\" viewBox=\"0 0 64 64\">"
      "<rect width=\"64\" height=\"64\" rx=\"12\" fill=\"hsl({} 45% 45%)\"/>"
      "<text x=\"32\" y=\"41\" font-family=\"sans-serif\" font-size=\"26\" text-anchor=\"middle\" "
      "fill=\"#fff\">{}</text>"
      "</svg>\n",
      hue, number);
}

std::optional<unsigned> image_number(std::string_view path) {
  constexpr std::string_view kPrefix = "/img/";
  constexpr std::string_view kSuffix = ".svg";
  if (!path.starts_with(kPrefix) || !path.ends_with(kSuffix) ||
      path.size() <= kPrefix.size() + kSuffix.size())
    return std::nullopt;
  path.remove_prefix(kPrefix.size());
  path.remove_suffix(kSuffix.size());
  unsigned number = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
  if (error != std::errc() || end != path.data() + path.size() || path.front() == '0') return std::nullopt;
  if (number < 1 || number > kImages) return std::nullopt;
  return number;
}

}  // namespace

std::optional<Page> page(std::string_view path) {
  if (path == "/") return Page{kHtml, std::string(kHead).append(kHome)};
  if (path == "/fifty") return Page{kHtml, fifty()};
  if (const auto number = image_number(path)) return Page{"image/svg+xml", image(*number)};
  return std::nullopt;
}

}  // namespace qnet::demo_site
