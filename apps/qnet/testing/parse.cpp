#include "testing/parse.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "foundation/base/testing/seeded_random.hpp"
#include "overlay/peer/invite.hpp"

namespace qnet::cli::testing {

namespace {

std::string invite_to(const char* host) {
  base::testing::SeededRandom random(1);
  return peer::Invite::make(peer::Identity::generate(random), {host, 443}, "www.example.com").to_link();
}

std::string damaged(std::string link) {
  link[20] = link[20] == 'A' ? 'B' : 'A';
  return link;
}

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

const std::string kInvite = invite_to("192.0.2.1");
const std::string kOtherInvite = invite_to("192.0.2.2");
const std::string kDamagedInvite = damaged(kInvite);

base::Result<std::variant<Settings, PrintText>> parse(const Words& words, const Variables& variables) {
  return parse_options(words, [&](const std::string& name) -> std::optional<std::string> {
    if (const auto found = variables.find(name); found != variables.end()) return found->second;
    return name == "HOME" ? std::optional<std::string>("/home/ada") : std::nullopt;
  });
}

Settings settings_of(const Words& words, const Variables& variables) {
  auto parsed = parse(words, variables);
  if (!parsed) ADD_FAILURE() << parsed.error().message();
  return parsed && std::holds_alternative<Settings>(*parsed) ? std::get<Settings>(*parsed) : Settings{};
}

std::string error_of(const Words& words, const Variables& variables) {
  const auto parsed = parse(words, variables);
  if (parsed) ADD_FAILURE() << "taken: " << ::testing::PrintToString(words);
  return parsed ? "" : parsed.error().message();
}

Words client(const Words& more) { return joined({"run", "--peer", kInvite}, more); }

Words relay(const Words& more) { return joined({"run", "--cover-origin", "www.example.com:443"}, more); }

ConfigFile::ConfigFile(std::string_view text) {
  auto name = (std::filesystem::temp_directory_path() / "qnet-config-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
  folder_ = name;
  std::ofstream(path(), std::ios::binary) << text;
}

ConfigFile::~ConfigFile() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace qnet::cli::testing
