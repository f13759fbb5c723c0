#include "node/proxy_password.hpp"

#include <array>
#include <system_error>

#include "foundation/base/durable_file.hpp"
#include "foundation/base/private_file.hpp"
#include "node/error.hpp"

namespace qnet::node {

namespace fs = std::filesystem;

namespace {

constexpr const char* kUser = "qnet";
constexpr std::size_t kSecret = 16;
constexpr std::size_t kText = 22;

tl::unexpected<base::Error> failed(const fs::path& file, const std::string& why) {
  return base::fail(Errc::cannot_start, "the proxy's password in " + file.string() + " " + why);
}

std::string reason(int error) { return " (" + std::generic_category().message(error) + ")"; }

}  // namespace

fs::path proxy_password_file(const fs::path& folder) { return folder / "proxy-password"; }

base::Result<proxy::Credentials> kept_proxy_password(const fs::path& folder, base::RandomSource& random) {
  const auto file = proxy_password_file(folder);
  std::array<std::uint8_t, kText> kept{};
  using Outcome = base::PrivateRead::Outcome;
  const auto [outcome, error] = base::read_private_file(file, kept);
  if (outcome == Outcome::done) {
    std::string text(base::text_of(kept));
    const auto secret = base::from_base64url(text);
    if (!secret || secret->size() != kSecret) return failed(file, "is damaged: remove the file");
    return proxy::Credentials{kUser, std::move(text)};
  }
  if (outcome == Outcome::exposed)
    return failed(file, "can be read by others: remove the file, and QNet makes a new one");
  if (outcome == Outcome::other_size) return failed(file, "is damaged: remove the file");
  if (outcome == Outcome::unreadable) return failed(file, "cannot be read" + reason(error));
  std::array<std::uint8_t, kSecret> secret{};
  random.fill(secret);
  auto text = base::to_base64url(secret);
  int wrong = base::make_private_folder(folder);
  if (wrong == 0) wrong = base::write_file_durably(file, base::bytes_of(text), base::Existing::replace);
  if (wrong != 0) return failed(file, "cannot be kept" + reason(wrong));
  return proxy::Credentials{kUser, std::move(text)};
}

}  // namespace qnet::node
