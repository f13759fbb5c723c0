// Command lines in tests: with a made-up environment, and configuration files that go away again.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "options.hpp"

namespace qnet::cli::testing {

using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

/// An invite that is in order; another one of the same peer; the same again, with one letter changed.
extern const std::string kInvite;
extern const std::string kOtherInvite;
extern const std::string kDamagedInvite;

/// HOME is /home/ada unless `variables` says something of it.
[[nodiscard]] base::Result<std::variant<Settings, PrintText>> parse(const Words& words,
                                                                    const Variables& variables = {});

/// Fails the test when the words are refused; then the defaults.
[[nodiscard]] Settings settings_of(const Words& words, const Variables& variables = {});

/// What a person would read. Fails the test when the words are taken.
[[nodiscard]] std::string error_of(const Words& words, const Variables& variables = {});

/// `qnet run` as a client in order, and more words.
[[nodiscard]] Words client(const Words& more = {});
/// `qnet run` in the mode in order, and more words; only the mode itself is left to the caller.
[[nodiscard]] Words relay(const Words& more = {});

/// A folder with a file qnet.toml of this text.
class ConfigFile {
 public:
  explicit ConfigFile(std::string_view text);
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;
  ~ConfigFile();
  [[nodiscard]] std::string path() const { return (folder_ / "qnet.toml").string(); }
  [[nodiscard]] std::string folder() const { return folder_.string(); }

 private:
  std::filesystem::path folder_;
};

}  // namespace qnet::cli::testing
