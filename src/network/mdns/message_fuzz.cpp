// Any bytes sent to port 5353. A distant source gets no answer, no reply is large, and no distant address is
// believed. A message that can be read can be written, and reads the same again.
#include <cstdlib>

#include "foundation/base/testing/seeded_random.hpp"
#include "network/mdns/discovery.hpp"
#include "network/mdns/neighbours.hpp"

namespace {

using namespace qnet;
using mdns::Discovery;

const std::vector<mdns::Subnet> kLink{{0xc0000201, 0xffffff00},
                                      {0x0a000005, 0xfffffff8}};  // 192.0.2.1, 10.0.0.5

void check(const mdns::Received& received) {
  if (received.reply && received.reply->packet.size() >= mdns::DiscoveryLimits::reply) std::abort();
  for (const auto& found : received.found) {
    if (found.addresses.size() > mdns::DiscoveryLimits::believed) std::abort();
    if (found.addresses.empty() != (found.ttl.count() == 0)) std::abort();
    for (const auto& address : found.addresses)
      if (!mdns::is_on_link(mdns::parse_ip4(address.host).value_or(0), kLink)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView packet(data, size);
  base::testing::SeededRandom random(1);
  const mdns::Announcement announcement{peer::PeerId({}), 443};
  Discovery discovery(announcement, random);
  const Discovery::Time start{};
  const auto far = discovery.receive(packet, {0xc6336401, true}, kLink, start);  // 198.51.100.1
  if (far.reply || !far.found.empty()) std::abort();
  mdns::Neighbours neighbours;
  const auto near = discovery.receive(packet, {0xc0000207, true}, kLink, start);
  check(near);
  for (const auto& found : near.found) (void)neighbours.note(found, start);
  check(discovery.receive(packet, {0x0a000003, false}, kLink, start + std::chrono::hours(1)));

  const auto message = mdns::decode(packet);
  if (!message) return 0;
  auto known = *message;  // only PTR and TXT records are written as they were
  const auto other = [](const mdns::Record& record) {
    return record.type != static_cast<std::uint16_t>(mdns::Type::ptr) &&
           record.type != static_cast<std::uint16_t>(mdns::Type::txt);
  };
  std::erase_if(known.answers, other);
  std::erase_if(known.additional, other);
  const auto again = mdns::decode(mdns::encode(known));
  // Names that were folded together by pointers may be too long for one packet.
  if (!again && !again.error().is(mdns::Errc::too_large)) std::abort();
  if (again && *again != known) std::abort();
  return 0;
}
