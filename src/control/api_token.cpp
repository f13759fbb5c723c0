#include "control/api_token.hpp"

#include <array>
#include <system_error>

#include "control/error.hpp"
#include "foundation/base/durable_file.hpp"
#include "foundation/base/private_file.hpp"

namespace qnet::control {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSecret = 32;
constexpr std::size_t kText = 43;

tl::unexpected<base::Error> failed(Errc code, const fs::path& file, int error = 0) {
  auto context = file.string();
  if (error != 0) context += " (" + std::generic_category().message(error) + ")";
  return base::fail(code, std::move(context));
}

/// The system's error number, 0 for success.
int write_token(const fs::path& file, std::string_view token) {
  if (const int error = base::make_private_folder(file.parent_path()); error != 0) return error;
  return base::write_file_durably(file, base::bytes_of(token), base::Existing::replace);
}

}  // namespace

fs::path token_file(const fs::path& folder, std::uint16_t port) {
  return folder / ("api-token-" + std::to_string(port));
}

namespace {

base::Result<std::string> load(const fs::path& file) {
  std::array<std::uint8_t, kText> content{};
  const auto [outcome, error] = base::read_private_file(file, content);
  switch (outcome) {
    case base::PrivateRead::Outcome::done: break;
    case base::PrivateRead::Outcome::missing: return failed(Errc::no_token, file);
    case base::PrivateRead::Outcome::unreadable: return failed(Errc::token_unreadable, file, error);
    case base::PrivateRead::Outcome::exposed: return failed(Errc::token_exposed, file);
    case base::PrivateRead::Outcome::other_size: return failed(Errc::token_unreadable, file);
  }
  std::string token(base::text_of(content));
  const auto secret = base::from_base64url(token);
  if (!secret || secret->size() != kSecret) return failed(Errc::token_unreadable, file);
  return token;
}

}  // namespace

base::Result<std::string> load_token(const fs::path& folder, std::uint16_t port) {
  return load(token_file(folder, port));
}

base::Result<ApiToken> ApiToken::make(const fs::path& folder, std::uint16_t port,
                                      base::RandomSource& random) {
  std::array<std::uint8_t, kSecret> secret{};
  random.fill(secret);
  ApiToken token(token_file(folder, port), base::to_base64url(secret));
  if (const int error = write_token(token.file_, token.text_); error != 0)
    return failed(Errc::token_unwritable, token.file_, error);
  return token;
}

ApiToken::~ApiToken() {
  std::error_code ignored;
  if (!file_.empty() && load(file_) == text_) fs::remove(file_, ignored);
}

}  // namespace qnet::control
