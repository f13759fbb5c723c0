// What may come back from the address of a relay: as the parser sees it, and as a whole answer to a real
// hello. Nobody without the relay's key completes a handshake.
#include <algorithm>
#include <cstdlib>

#include "foundation/base/testing/seeded_random.hpp"
#include "transport/htx/initiator.hpp"
#include "transport/htx/server_hello.hpp"

namespace {

using namespace qnet;

htx::Initiator start() {
  base::testing::SeededRandom random(1);
  const auto relay = crypto::X25519KeyPair::generate(random);
  htx::Initiator::Config config{
      &client_hello::builtin_templates().front(), "www.example.com", relay.public_key, {}, {}};
  auto initiator = htx::Initiator::start(std::move(config), random);
  if (!initiator) std::abort();
  return std::move(*initiator);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto parsed = htx::parse_server_hello(input);
  if (parsed.status == htx::ServerHelloStatus::parsed &&
      (parsed.hello.random.size() != 32 || parsed.hello.x25519.size() != 32))
    std::abort();

  // Starting is dear, so only inputs whose first bytes may be a record get an initiator.
  if (!client_hello::read_clear_record(input.first(std::min<std::size_t>(size, 5)))) return 0;
  auto initiator = start();
  const auto done = initiator.receive(input);
  if (done && *done) std::abort();
  if (done) return 0;
  if (auto ordinary = initiator.go_on_as_browser(nullptr, {}))
    (void)ordinary->client.receive(ordinary->received);
  else if (initiator.refusal().size() > 32)
    std::abort();
  return 0;
}
