#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "foundation/base/durable_file.hpp"
#include "foundation/base/private_file.hpp"
#include "overlay/peer/family.hpp"

namespace qnet::peer {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "qnet-family-1\n";
constexpr std::size_t kSeed = 32;
using Content = crypto::Secret<kMagic.size() + kSeed>;
static_assert(Content::size == 46);

tl::unexpected<base::Error> failed(Errc code, const fs::path& file, int error = 0) {
  auto context = file.string();
  if (error != 0) context += " (" + std::generic_category().message(error) + ")";
  return base::fail(code, std::move(context));
}

}  // namespace

base::Result<crypto::Ed25519KeyPair> load_family(const fs::path& file) {
  Content content;
  const auto [outcome, error] = base::read_private_file(file, content.data());
  switch (outcome) {
    case base::PrivateRead::Outcome::done: break;
    case base::PrivateRead::Outcome::missing: return failed(Errc::family_missing, file);
    case base::PrivateRead::Outcome::unreadable: return failed(Errc::family_unreadable, file, error);
    case base::PrivateRead::Outcome::exposed: return failed(Errc::family_exposed, file);
    case base::PrivateRead::Outcome::other_size: return failed(Errc::family_damaged, file);
  }
  if (base::text_of(content.view().first(kMagic.size())) != kMagic) return failed(Errc::family_damaged, file);
  return crypto::Ed25519KeyPair::from_seed(crypto::Ed25519Seed(content.view().last<kSeed>()));
}

base::Result<crypto::Ed25519KeyPair> create_family(const fs::path& file, base::RandomSource& random) {
  auto family = crypto::Ed25519KeyPair::generate(random);
  Content content;
  auto* const seed = std::ranges::copy(kMagic, content.data().data()).out;
  std::ranges::copy(family.seed.view(), seed);
  std::error_code ignored;
  const auto whole = fs::absolute(file, ignored);  // its folder is synchronised, and has a name then
  const int error = base::write_file_durably(whole, content.view(), base::Existing::keep);
  if (error == EEXIST) return failed(Errc::family_there, file);
  if (error != 0) return failed(Errc::family_unwritable, file, error);
  return family;
}

}  // namespace qnet::peer
