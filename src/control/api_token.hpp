// A request that changes a running QNet must show this secret. Programs of other users on this machine reach
// its port, and so do pages in a browser; only this user reads the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"

namespace qnet::control {

/// `api-token-PORT` in a state folder: clients that share a folder have ports of their own.
[[nodiscard]] std::filesystem::path token_file(const std::filesystem::path& folder, std::uint16_t port);

/// 43 characters of base64url: 32 random bytes. Errors: no_token (the file is not there), token_exposed
/// (others than its owner have rights on it), token_unreadable (also one that is damaged).
[[nodiscard]] base::Result<std::string> load_token(const std::filesystem::path& folder, std::uint16_t port);

/// The secret of one running QNet. Each start makes a new one: a program that listens on the port after
/// QNet has ended learns nothing of use when it is shown the old one.
class ApiToken {
 public:
  /// Makes the folder where there is none, and the file (0600). Errors: token_unwritable.
  [[nodiscard]] static base::Result<ApiToken> make(const std::filesystem::path& folder, std::uint16_t port,
                                                   base::RandomSource& random);
  ApiToken(ApiToken&& other) noexcept
      : file_(std::exchange(other.file_, {})), text_(std::move(other.text_)) {}
  ApiToken& operator=(ApiToken&&) = delete;
  /// Removes the file, if it still has this secret.
  ~ApiToken();

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  ApiToken(std::filesystem::path file, std::string text) : file_(std::move(file)), text_(std::move(text)) {}
  std::filesystem::path file_;
  std::string text_;
};

}  // namespace qnet::control
