// A stranger's first bytes. Whatever was parsed lies inside the input, and more bytes never turn a refusal
// into a hello.
#include <cstdlib>

#include "protocol/client_hello/client_hello.hpp"
#include "protocol/client_hello/derive_template.hpp"
#include "protocol/client_hello/fingerprint.hpp"
#include "protocol/client_hello/template_toml.hpp"
#include "protocol/client_hello/tls_format.hpp"

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
  client_hello::Template label;
  label.name = label.title = "fuzzed";
  label.client_flight.first_application_record = 87;
  // Twice, the second time with another random, so that something differs.
  auto other = record;
  other.at(11) ^= 1;
  const auto derived = client_hello::derive_template({{std::move(record), std::move(other)}}, label);
  if (!derived) return check(!derived.error().message().empty());
  const auto again = client_hello::parse_template(client_hello::to_toml(derived->browser));
  check(again && *again == derived->browser);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto parsed = client_hello::parse_client_hello(input);
  if (parsed.status == client_hello::ClientHelloStatus::parsed) {
    check(parsed.consumed <= size);
    check_inside(parsed.hello.random, input);
    check_inside(parsed.hello.session_id, input);
    check_inside(parsed.hello.cipher_suites, input);
    for (const auto& extension : parsed.hello.extensions) check_inside(extension.body, input);
    for (const auto group : {client_hello::kX25519, client_hello::kX25519MlKem768})
      if (const auto share = parsed.hello.key_share(group)) check_inside(*share, input);
    (void)parsed.hello.offers_tls13();
    (void)parsed.hello.server_name();
    (void)client_hello::ja3_text(parsed.hello, client_hello::ExtensionOrder::sent);
    check(client_hello::ja4(parsed.hello).size() >= 36);
    check_template_of({input.begin(), input.end()});
  }
  if (size > 0) {
    const auto shorter = client_hello::parse_client_hello(input.first(size - 1)).status;
    if (shorter == client_hello::ClientHelloStatus::not_client_hello) check(parsed.status == shorter);
  }
  return 0;
}
