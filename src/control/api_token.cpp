#include "control/api_token.hpp"

#include <array>
#include <cerrno>
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
int write_token(const fs::path& folder, std::string_view token) {
  if (const int error = base::make_private_folder(folder); error != 0) return error;
  return base::write_file_durably(token_file(folder), base::bytes_of(token), base::Existing::keep);
}

}  // namespace

fs::path token_file(const fs::path& folder) { return folder / "api-token"; }

base::Result<std::string> load_token(const fs::path& folder) {
  const auto file = token_file(folder);
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

base::Result<std::string> load_or_create_token(const fs::path& folder, base::RandomSource& random) {
  auto loaded = load_token(folder);
  if (loaded || !loaded.error().is(Errc::no_token)) return loaded;
  std::array<std::uint8_t, kSecret> secret{};
  random.fill(secret);
  auto token = base::to_base64url(secret);
  const int error = write_token(folder, token);
  if (error == EEXIST) return load_token(folder);  // another process was faster
  if (error != 0) return failed(Errc::token_unwritable, token_file(folder), error);
  return token;
}

}  // namespace qnet::control
