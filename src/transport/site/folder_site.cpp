#include "transport/site/folder_site.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>

#include <fmt/format.h>

#include "transport/site/error.hpp"
#include "transport/site/folder_files.hpp"

namespace qnet::site {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChunk = std::size_t{64} * 1024;

struct FileFacts {
  std::uint64_t size;
  std::int64_t modified;  // seconds since 1970
  [[nodiscard]] std::string etag() const { return fmt::format("\"{:x}-{:x}\"", modified, size); }
};

std::optional<FileFacts> facts_of(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) return std::nullopt;
  const auto time = fs::last_write_time(file, error);
  if (error) return std::nullopt;
  const auto system = std::chrono::file_clock::to_sys(time);
  return FileFacts{size, std::chrono::floor<std::chrono::seconds>(system).time_since_epoch().count()};
}

bool unchanged(const Request& request, const FileFacts& facts) {
  if (const auto known = find(request.headers, "if-none-match"))
    return *known == facts.etag() || *known == "W/" + facts.etag() || *known == "*";
  return find(request.headers, "if-modified-since") == http_date(facts.modified);
}

/// RFC 9110 §13.1.5: of another version than the one that the visitor knows, the whole.
bool wants_range(const Request& request, const FileFacts& facts) {
  const auto version = find(request.headers, "if-range");
  return find(request.headers, "range") &&
         (!version || *version == facts.etag() || *version == http_date(facts.modified));
}

std::uint64_t body_size(const Request& request) {
  const auto field = find(request.headers, "content-length").value_or("");
  std::uint64_t size = 0;
  (void)std::from_chars(field.data(), field.data() + field.size(), size);
  return size;
}

net::Task<void> send_part(Exchange& exchange, const fs::path& file, Range part) {
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(part.offset));
  std::string chunk;
  while (part.size > 0) {
    chunk.resize(static_cast<std::size_t>(std::min<std::uint64_t>(part.size, kChunk)));
    stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    // A file that has shrunk meanwhile: the exchange is left unfinished, which the visitor sees.
    if (stream.gcount() != static_cast<std::streamsize>(chunk.size())) co_return;
    if (const auto sent = co_await exchange.write_body(base::bytes_of(chunk)); !sent) co_return;
    part.size -= chunk.size();
  }
  (void)co_await exchange.finish();
}

}  // namespace

base::Result<std::unique_ptr<FolderSite>> FolderSite::open(const fs::path& folder, const Limits& limits) {
  std::error_code error;
  const auto root = fs::canonical(folder, error);
  if (error || !fs::is_directory(root, error))
    return base::fail(Errc::no_site,
                      folder.string() + " (" + (error ? error.message() : "it is no folder") + ")");
  if (!std::ifstream(root / "index.html"))
    return base::fail(Errc::no_site, folder.string() + " (it has no index.html that can be read)");
  return std::unique_ptr<FolderSite>(new FolderSite(root, limits));
}

net::Task<void> FolderSite::serve(Exchange& exchange) const {
  const auto& request = exchange.request();
  const bool reads = request.method == "GET" || request.method == "HEAD";
  // A body is nobody's here: as nginx does, nobody waits for it.
  if (body_size(request) > limits_.body_bytes) co_return co_await respond_with_page(exchange, 413);
  if (!reads && request.method != "POST") co_return co_await respond_with_page(exchange, 405);
  bool without_slash = false;
  const auto file = find_file(root_, request.target, without_slash);
  if (without_slash) {
    const auto path = request.target.substr(0, request.target.find('?'));
    const Response moved{301, {{"date", http_date_now()}, {"content-length", "0"}, {"location", path + "/"}}};
    (void)co_await exchange.respond(moved, false);
    co_return;
  }
  if (!file) co_return co_await respond_with_page(exchange, 404);
  if (!reads) co_return co_await respond_with_page(exchange, 405);
  co_await serve_file(exchange, *file);
}

net::Task<void> FolderSite::serve_file(Exchange& exchange, fs::path file) const {
  const auto& request = exchange.request();
  const auto facts = facts_of(file);
  if (!facts || !std::ifstream(file)) co_return co_await respond_with_page(exchange, facts ? 403 : 404);
  Response response{200,
                    {{"date", http_date_now()},
                     {"content-type", std::string(content_type(file))},
                     {"last-modified", http_date(facts->modified)},
                     {"etag", facts->etag()},
                     {"accept-ranges", "bytes"}}};
  if (unchanged(request, *facts)) {
    response.status = 304;
    std::erase_if(response.headers, [](const auto& h) { return h.name == "content-type"; });
    (void)co_await exchange.respond(response, false);
    co_return;
  }
  Range part{0, facts->size};
  bool unsatisfiable = false;
  if (wants_range(request, *facts)) {
    if (const auto range = parse_range(*find(request.headers, "range"), facts->size, unsatisfiable)) {
      part = *range;
      response.status = 206;
      response.headers.push_back({"content-range", fmt::format("bytes {}-{}/{}", part.offset,
                                                               part.offset + part.size - 1, facts->size)});
    }
  }
  if (unsatisfiable) co_return co_await respond_with_page(exchange, 416);
  response.headers.push_back({"content-length", std::to_string(part.size)});
  const bool has_body = request.method != "HEAD" && part.size > 0;
  if (const auto sent = co_await exchange.respond(response, has_body); sent && has_body)
    co_await send_part(exchange, file, part);
}

}  // namespace qnet::site
