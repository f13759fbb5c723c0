#include "transport/site/folder_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace qnet::site {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestTarget = 8192;  // nginx's

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Percent-decoded; nothing when it is malformed or would hide something from the system.
std::optional<std::string> decoded(std::string_view path) {
  std::string text;
  for (std::size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%') {
      if (i + 2 >= path.size() || hex_value(path[i + 1]) < 0 || hex_value(path[i + 2]) < 0)
        return std::nullopt;
      c = static_cast<char>(hex_value(path[i + 1]) * 16 + hex_value(path[i + 2]));
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    text += c;
  }
  return text;
}

bool below(const fs::path& root, const fs::path& file) {
  const auto [at, rest] = std::ranges::mismatch(root, file);
  return at == root.end();
}

template <class Integer>
std::optional<Integer> number(std::string_view text) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<fs::path> find_file(const fs::path& root, std::string_view target, bool& folder_without_slash) {
  folder_without_slash = false;
  if (target.size() > kLongestTarget || !target.starts_with('/')) return std::nullopt;
  const auto path = decoded(target.substr(0, target.find_first_of("?#")));
  if (!path) return std::nullopt;
  fs::path file = root;
  for (const auto& part : fs::path(*path).relative_path()) {
    if (part.empty() || part == ".") continue;
    // Neither upwards nor to what its owner hid (.git, .htpasswd).
    if (part.native().starts_with('.')) return std::nullopt;
    file /= part;
  }
  std::error_code error;
  file = fs::canonical(file, error);
  if (error || !below(root, file)) return std::nullopt;
  if (fs::is_directory(file, error)) {
    folder_without_slash = !path->ends_with('/');
    file = fs::canonical(file / "index.html", error);
    if (folder_without_slash || error || !below(root, file)) return std::nullopt;
  } else if (path->ends_with('/')) {
    return std::nullopt;
  }
  if (!fs::is_regular_file(file, error)) return std::nullopt;
  return file;
}

std::optional<Range> parse_range(std::string_view field, std::uint64_t file_size, bool& unsatisfiable) {
  unsatisfiable = false;
  constexpr std::string_view unit = "bytes=";
  if (!field.starts_with(unit)) return std::nullopt;
  field.remove_prefix(unit.size());
  const auto dash = field.find('-');
  if (dash == std::string_view::npos || field.find(',') != std::string_view::npos) return std::nullopt;
  const auto first = number<std::uint64_t>(field.substr(0, dash));
  const auto last = number<std::uint64_t>(field.substr(dash + 1));
  if (dash == 0) {
    if (!last) return std::nullopt;
    unsatisfiable = *last == 0 || file_size == 0;
    if (unsatisfiable) return std::nullopt;
    const auto size = std::min(*last, file_size);
    return Range{file_size - size, size};
  }
  const bool open = dash + 1 == field.size();
  if (!first || (!last && !open) || (last && *last < *first)) return std::nullopt;
  unsatisfiable = *first >= file_size;
  if (unsatisfiable) return std::nullopt;
  const auto end = open ? file_size - 1 : std::min(*last, file_size - 1);
  return Range{*first, end - *first + 1};
}

std::string_view content_type(const fs::path& file) {
  using Type = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<Type, 26> types{{
      {".html", "text/html"},
      {".htm", "text/html"},
      {".css", "text/css"},
      {".js", "application/javascript"},
      {".mjs", "application/javascript"},
      {".json", "application/json"},
      {".xml", "text/xml"},
      {".txt", "text/plain"},
      {".md", "text/plain"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".gif", "image/gif"},
      {".svg", "image/svg+xml"},
      {".webp", "image/webp"},
      {".avif", "image/avif"},
      {".ico", "image/x-icon"},
      {".woff", "font/woff"},
      {".woff2", "font/woff2"},
      {".pdf", "application/pdf"},
      {".mp4", "video/mp4"},
      {".webm", "video/webm"},
      {".mp3", "audio/mpeg"},
      {".wasm", "application/wasm"},
      {".zip", "application/zip"},
      {".webmanifest", "application/manifest+json"},
  }};
  const auto extension = file.extension().string();
  const auto* const found = std::ranges::find(types, extension, &Type::first);
  return found == types.end() ? "application/octet-stream" : found->second;
}

}  // namespace qnet::site
