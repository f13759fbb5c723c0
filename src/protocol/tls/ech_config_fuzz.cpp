// What is chosen of an ECHConfigList lies in it whole, and can be offered.
#include <algorithm>
#include <cstdlib>

#include "foundation/base/testing/seeded_random.hpp"
#include "protocol/client_hello/client_hello.hpp"
#include "protocol/tls/client.hpp"

using namespace qnet;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void offer(base::ByteView list, const tls::EchConfig& config) {
  base::testing::SeededRandom random(1);
  auto client = tls::Client::start({&client_hello::builtin_templates().front(),
                                    "www.example.com",
                                    nullptr,
                                    {},
                                    false,
                                    base::Bytes(list.begin(), list.end())},
                                   random);
  const auto record = client.take_output();
  const auto parsed = client_hello::parse_client_hello(record);
  require(parsed.status == client_hello::ClientHelloStatus::parsed);
  // A key of low order is found only when it is used.
  require(parsed.hello.server_name() == (client.ech_offered() ? config.public_name : "www.example.com"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView list(data, size);
  const auto chosen = tls::choose_ech_config(list);
  if (!chosen || !*chosen) return 0;
  const auto& config = **chosen;
  require(!std::ranges::search(list, config.raw).empty());
  require(!config.public_name.empty() && config.public_name.size() <= 255);
  require(crypto::hpke_aead(config.aead).has_value());
  offer(list, config);
  return 0;
}
