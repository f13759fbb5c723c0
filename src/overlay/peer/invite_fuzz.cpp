// Whatever text a person pastes: an invite that is taken gives a link that is taken again. The checksum would
// stop nearly all mutations, so the input is also read as the body of a link whose checksum is right.
#include <cstdlib>

#include "foundation/crypto/hash.hpp"
#include "overlay/peer/invite.hpp"

namespace {

using namespace qnet;

void try_link(std::string_view link) {
  const auto invite = peer::Invite::parse(link);
  if (!invite) return;
  const auto again = peer::Invite::parse(invite->to_link());
  if (!again || *again != *invite) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  try_link(base::text_of(input));

  base::Bytes body(input.begin(), input.end());
  const auto digest = crypto::sha256(body);
  base::append(body, base::ByteView(digest).first(4));
  try_link("qnet://" + base::to_base64url(body));
  return 0;
}
