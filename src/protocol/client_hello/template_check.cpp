#include "protocol/client_hello/template_check.hpp"

#include <algorithm>

#include "protocol/client_hello/client_hello.hpp"

namespace qnet::client_hello {

namespace {

/// The longest server name, and all that is not ciphers and extensions.
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kAround = 512;

tl::unexpected<base::Error> unfit(std::string why) {
  return base::fail(TemplateErrc::malformed, std::move(why));
}

struct LargestSize {
  std::size_t operator()(const part::Literal& p) const { return p.bytes.size(); }
  std::size_t operator()(const part::Grease&) const { return 2; }
  std::size_t operator()(const part::Choice& p) const {
    return std::ranges::max_element(p.values, {}, &base::Bytes::size)->size();
  }
  std::size_t operator()(const part::ServerName&) const { return kLongestName + 5; }
  std::size_t operator()(const part::MlKem&) const { return 1184; }
  std::size_t operator()(const part::Ephemeral&) const { return 32; }
  std::size_t operator()(const part::SeparateX25519&) const { return 32; }
  std::size_t operator()(const part::FreshX25519&) const { return 32; }
  std::size_t operator()(const part::FreshP256&) const { return 65; }
  std::size_t operator()(const part::Random& p) const { return p.size; }
  std::size_t operator()(const part::RandomVector& p) const {
    return 2U + *std::ranges::max_element(p.sizes);
  }
  std::size_t operator()(const part::EchPayload& p) const { return 2 + p.size(kLongestName); }
  std::size_t operator()(const part::Padding&) const { return 512; }
};

std::size_t largest_size(const std::vector<Part>& parts) {
  std::size_t size = 0;
  for (const auto& item : parts) size += std::visit(LargestSize{}, item);
  return size;
}

std::size_t largest_hello(const Template& browser) {
  std::size_t size = kAround + largest_size(browser.ciphers);
  for (const auto& extension : browser.extensions) size += 4 + largest_size(extension.body);
  return size;
}

bool is_padding(const Part& item) { return std::holds_alternative<part::Padding>(item); }

/// Padding fills what is left, so nothing may follow it, and it is an extension's whole body.
bool padding_is_last(const Template& browser) {
  for (const auto& extension : browser.extensions) {
    if (std::ranges::none_of(extension.body, is_padding)) continue;
    if (&extension != &browser.extensions.back() || extension.body.size() != 1) return false;
    if (browser.permute && !extension.fixed) return false;
  }
  return true;
}

}  // namespace

base::Result<void> check_template(const Template& browser) {
  if (browser.record_version < Template::min_record_version ||
      browser.record_version > Template::max_record_version)
    return unfit("no client sends this record version");
  if (browser.grease_slots.size() > Template::max_grease_slots) return unfit("too many GREASE slots");
  if (browser.extensions.empty() || browser.ciphers.empty()) return unfit("no ciphers or no extensions");
  if (browser.extensions.size() > ClientHelloLimits::extensions) return unfit("too many extensions");
  if (!browser.has<part::Ephemeral>()) return unfit("no key share holds \"ephemeral\"");
  if (!padding_is_last(browser)) return unfit("padding is not the last extension, fixed and alone");
  if (browser.page && browser.page->opening_record() != browser.client_flight.first_application_record)
    return unfit("first_application_record is not the length of these first frames of HTTP/2");
  if (largest_hello(browser) > ClientHelloLimits::record) return unfit("the hello is longer than a record");
  return {};
}

}  // namespace qnet::client_hello
