#include "template_names.hpp"

#include <fstream>
#include <iterator>

#include "error.hpp"

namespace qnet::cli {

namespace {

/// The largest built-in one has 4 KiB.
constexpr std::size_t kLargestFile = std::size_t{64} * 1024;

}  // namespace

bool names_a_file(const std::string& word) {
  return word.find('/') != std::string::npos || word.ends_with(".toml");
}

std::string known_templates() {
  std::string names;
  for (const auto& browser : client_hello::builtin_templates())
    names += (names.empty() ? "" : ", ") + browser.name;
  return "choose one of " + names + ", or name a file (.toml)";
}

base::Result<client_hello::Template> find_or_read_template(const std::string& word) {
  if (!names_a_file(word)) {
    if (const auto* const found = client_hello::find_template(client_hello::builtin_templates(), word))
      return *found;
    return base::fail(Errc::bad_value, "\"" + word + "\" is not a template: " + known_templates());
  }
  std::ifstream file(word, std::ios::binary);
  std::string text(kLargestFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof()))
    return base::fail(Errc::bad_value, "the template " + word + " cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestFile)
    return base::fail(Errc::bad_value, "the template " + word + " is longer than 64 KiB");
  auto parsed = client_hello::parse_template(text, client_hello::builtin_templates());
  if (!parsed) return base::fail(Errc::bad_value, word + ": " + parsed.error().message());
  return parsed;
}

}  // namespace qnet::cli
