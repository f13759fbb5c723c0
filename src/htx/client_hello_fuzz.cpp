// A stranger's first bytes. Whatever was parsed lies inside the input; more bytes never turn a refusal into a
// hello; and the relay's decision about them never crashes.
#include <cstdlib>

#include "base/testing/seeded_random.hpp"
#include "htx/client_hello.hpp"
#include "htx/derive_template.hpp"
#include "htx/fingerprint.hpp"
#include "htx/gate.hpp"
#include "htx/template_toml.hpp"
#include "htx/tls.hpp"

namespace {

using namespace qnet;

void check(bool truth) {
  if (!truth) std::abort();
}

void check_inside(base::ByteView part, base::ByteView whole) {
  if (!part.empty())
    check(part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

/// Whatever a template is made of, its file is read back.
void check_template_of(base::Bytes record) {
  htx::Template label;
  label.name = label.title = "fuzzed";
  label.client_flight.first_application_record = 87;
  // Twice, the second time with another random, so that something differs.
  auto other = record;
  other.at(11) ^= 1;
  const auto derived = htx::derive_template({{std::move(record), std::move(other)}}, label);
  if (!derived) return check(!derived.error().message().empty());
  const auto again = htx::parse_template(htx::to_toml(derived->browser));
  check(again && *again == derived->browser);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto parsed = htx::parse_client_hello(input);
  if (parsed.status == htx::ClientHelloStatus::parsed) {
    check(parsed.consumed <= size);
    check_inside(parsed.hello.random, input);
    check_inside(parsed.hello.session_id, input);
    check_inside(parsed.hello.cipher_suites, input);
    for (const auto& extension : parsed.hello.extensions) check_inside(extension.body, input);
    for (const auto group : {htx::kX25519, htx::kX25519MlKem768})
      if (const auto share = parsed.hello.key_share(group)) check_inside(*share, input);
    (void)parsed.hello.offers_tls13();
    (void)parsed.hello.server_name();
    (void)htx::ja3_text(parsed.hello, htx::ExtensionOrder::sent);
    check(htx::ja4(parsed.hello).size() >= 36);
    check_template_of({input.begin(), input.end()});
  }
  if (size > 0) {
    const auto shorter = htx::parse_client_hello(input.first(size - 1)).status;
    if (shorter == htx::ClientHelloStatus::not_client_hello) check(parsed.status == shorter);
  }

  static base::testing::SeededRandom random(1);
  static htx::ReplayCache seen(random);
  static const htx::Gate gate(
      {crypto::X25519KeyPair::generate(random), htx::MirrorProfiles({htx::builtin_profiles().front()}), {}},
      seen);
  check(!std::holds_alternative<htx::Responder>(
      gate.examine(input, htx::WallTime{std::chrono::seconds(1'800'000'000)})));
  return 0;
}
