// Whatever anybody in the network sends to port 5353. What is read can be written, and reads the same again.
#include <cstdlib>

#include "base/testing/seeded_random.hpp"
#include "mdns/discovery.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  const base::ByteView packet(data, size);
  base::testing::SeededRandom random(1);
  const mdns::Announcement announcement{mesh::PeerId({}), 443};
  mdns::Discovery discovery(announcement, random);
  const std::vector<std::string> own{"192.0.2.1"};
  (void)discovery.receive(packet, {true}, own, {});
  (void)discovery.receive(packet, {false}, own, std::chrono::steady_clock::time_point(std::chrono::hours(1)));

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
