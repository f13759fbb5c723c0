#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "foundation/base/durable_file.hpp"
#include "foundation/base/private_file.hpp"
#include "overlay/peer/identity.hpp"

namespace qnet::peer {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "qnet-identity-1\n";
constexpr std::size_t kSecret = 32;
constexpr std::size_t kFileSize = kMagic.size() + 2 * kSecret;

tl::unexpected<base::Error> failed(Errc code, const fs::path& file, int error = 0) {
  auto context = file.string();
  if (error != 0) context += " (" + std::generic_category().message(error) + ")";
  return base::fail(code, std::move(context));
}

crypto::Secret<kFileSize> file_content(const Identity& identity) {
  crypto::Secret<kFileSize> content;
  auto* out = std::ranges::copy(kMagic, content.data().data()).out;
  out = std::ranges::copy(identity.signing.seed.view(), out).out;
  std::ranges::copy(identity.noise.secret.view(), out);
  return content;
}

/// The system's error number, 0 for success.
int write_identity(const Identity& identity, const fs::path& folder, base::Existing existing) {
  if (const int error = base::make_private_folder(folder); error != 0) return error;
  const auto file = identity_file(folder);
  return base::write_file_durably(file, file_content(identity).view(), existing);
}

}  // namespace

fs::path identity_file(const fs::path& folder) { return folder / "identity.key"; }

base::Result<Identity> load_identity(const fs::path& folder) {
  const auto file = identity_file(folder);
  crypto::Secret<kFileSize> content;
  const auto [outcome, error] = base::read_private_file(file, content.data());
  switch (outcome) {
    case base::PrivateRead::Outcome::done: break;
    case base::PrivateRead::Outcome::missing: return failed(Errc::identity_missing, file);
    case base::PrivateRead::Outcome::unreadable: return failed(Errc::identity_unreadable, file, error);
    case base::PrivateRead::Outcome::exposed: return failed(Errc::identity_exposed, file);
    case base::PrivateRead::Outcome::other_size: return failed(Errc::identity_damaged, file);
  }
  if (base::text_of(content.view().first(kMagic.size())) != kMagic)
    return failed(Errc::identity_damaged, file);
  const auto secrets = content.view().subspan<kMagic.size()>();
  return Identity{crypto::Ed25519KeyPair::from_seed(crypto::Ed25519Seed(secrets.first<kSecret>())),
                  crypto::X25519KeyPair::from_secret(crypto::X25519Secret(secrets.last<kSecret>()))};
}

base::Result<void> save_identity(const Identity& identity, const fs::path& folder) {
  const int error = write_identity(identity, folder, base::Existing::replace);
  if (error != 0) return failed(Errc::identity_unwritable, identity_file(folder), error);
  return {};
}

base::Result<Identity> load_or_create_identity(const fs::path& folder, base::RandomSource& random) {
  auto loaded = load_identity(folder);
  if (loaded || !loaded.error().is(Errc::identity_missing)) return loaded;
  auto identity = Identity::generate(random);
  const int error = write_identity(identity, folder, base::Existing::keep);
  if (error == EEXIST) return load_identity(folder);
  if (error != 0) return failed(Errc::identity_unwritable, identity_file(folder), error);
  return identity;
}

}  // namespace qnet::peer
