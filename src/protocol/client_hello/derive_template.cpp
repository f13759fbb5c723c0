#include "protocol/client_hello/derive_template.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "protocol/client_hello/derive_body.hpp"
#include "protocol/client_hello/fingerprint.hpp"
#include "protocol/client_hello/template_check.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {

namespace {

using base::Result;

constexpr std::uint16_t kPreSharedKey = 0x0029;
constexpr std::uint16_t kPadding = 0x0015;
constexpr std::size_t kSessionId = 32;

tl::unexpected<base::Error> underivable(std::string why) {
  return base::fail(TemplateErrc::malformed, std::move(why));
}

std::vector<std::uint16_t> tamed_ciphers(const ClientHello& hello) {
  auto ciphers = numbers_in(hello.cipher_suites);
  std::ranges::transform(ciphers, ciphers.begin(), tamed);
  return ciphers;
}

/// The extensions as one set of numbers, without padding, which comes and goes with the hello's length.
std::vector<std::uint16_t> form(const ClientHello& hello) {
  std::vector<std::uint16_t> types;
  for (const auto& extension : hello.extensions)
    if (extension.type != kPadding) types.push_back(tamed(extension.type));
  std::ranges::sort(types);
  return types;
}

/// What tells one extension of a hello from its others: GREASE occurs twice.
using Key = std::pair<std::uint16_t, std::size_t>;

std::vector<Key> keys_of(const ClientHello& hello) {
  std::vector<Key> keys;
  for (const auto& extension : hello.extensions) {
    const auto type = tamed(extension.type);
    const auto before = std::ranges::count(keys, type, &Key::first);
    keys.emplace_back(type, static_cast<std::size_t>(before));
  }
  return keys;
}

class Deriver {
 public:
  explicit Deriver(const Template& label) { result_.browser = label; }

  Result<void> take(std::span<const base::Bytes> records) {
    for (std::size_t n = 0; n < records.size(); ++n) {
      auto parsed = parse_client_hello(records[n]);
      if (parsed.status != ClientHelloStatus::parsed || parsed.consumed != records[n].size())
        return underivable(fmt::format("capture {} is not one whole ClientHello", n + 1));
      if (is_of_use(parsed.hello, n + 1)) hellos_.push_back(std::move(parsed.hello));
    }
    if (hellos_.empty()) return underivable("there is no ClientHello of a first visit among the captures");
    if (hellos_.front().session_id.size() != kSessionId || !hellos_.front().offers_tls13())
      return underivable("QNet needs a client that offers TLS 1.3 and sends a 32-byte session id");
    return {};
  }

  Result<DerivedTemplate> derive() {
    auto& browser = result_.browser;
    browser.record_version = hellos_.front().record_version;
    derive_ciphers();
    if (auto done = derive_extensions(); !done) return base::forward_error(done);
    browser.grease_slots = slots_.names();
    if (hellos_.size() < DeriveLimits::certain)
      result_.notes.push_back(
          "Few captures: what is drawn anew may look constant here. Take 12 or more of one browser.");
    if (auto fits = check_template(browser); !fits) return base::forward_error(fits);
    return std::move(result_);
  }

 private:
  bool is_of_use(const ClientHello& hello, std::size_t number) {
    const auto leave_out = [&](std::string_view why) {
      result_.notes.push_back(fmt::format("Capture {} was left out: {}.", number, why));
      return false;
    };
    if (hello.extension(kPreSharedKey)) return leave_out("it resumes an earlier session");
    if (hellos_.empty()) return true;
    const auto& first = hellos_.front();
    if (form(hello) != form(first)) return leave_out("it has other extensions than the first");
    if (tamed_ciphers(hello) != tamed_ciphers(first)) return leave_out("it has other ciphers than the first");
    return true;
  }

  void derive_ciphers() {
    const auto count = numbers_in(hellos_.front().cipher_suites).size();
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<std::uint16_t> values;
      values.reserve(hellos_.size());
      for (const auto& hello : hellos_) values.push_back(numbers_in(hello.cipher_suites)[i]);
      result_.browser.ciphers.push_back(number_part(values, "cipher", slots_));
    }
  }

  /// From the hello with the most extensions, so that one with padding is taken where there is any.
  [[nodiscard]] const ClientHello& fullest() const {
    return *std::ranges::max_element(hellos_, {}, [](const auto& hello) { return hello.extensions.size(); });
  }

  Result<void> derive_extensions() {
    const auto keys = keys_of(fullest());
    std::vector<std::vector<Key>> orders;
    orders.reserve(hellos_.size());
    for (const auto& hello : hellos_) orders.push_back(keys_of(hello));
    auto& browser = result_.browser;
    browser.permute = std::ranges::any_of(
        orders, [&](const auto& order) { return !std::equal(order.begin(), order.end(), keys.begin()); });
    for (std::size_t place = 0; place < keys.size(); ++place) {
      auto extension = derive_extension(keys[place], orders);
      if (!extension) return base::forward_error(extension);
      extension->fixed = browser.permute && std::ranges::all_of(orders, [&](const auto& order) {
                           return place >= order.size() || order[place] == keys[place];
                         });
      browser.extensions.push_back(std::move(*extension));
    }
    return {};
  }

  Result<TemplateExtension> derive_extension(const Key& key, const std::vector<std::vector<Key>>& orders) {
    std::vector<std::uint16_t> types;
    std::vector<base::ByteView> bodies;
    for (std::size_t n = 0; n < hellos_.size(); ++n) {
      const auto place = static_cast<std::size_t>(std::ranges::find(orders[n], key) - orders[n].begin());
      if (place == orders[n].size()) continue;  // padding that this one had no need of
      types.push_back(hellos_[n].extensions[place].type);
      bodies.push_back(hellos_[n].extensions[place].body);
    }
    TemplateExtension extension;
    extension.type = number_part(types, fmt::format("extension_{}", key.second + 1), slots_);
    keep_apart(extension.type);
    auto body = derive_body(key.first, bodies, {hellos_, slots_, result_.notes});
    if (!body) return base::forward_error(body);
    extension.body = std::move(*body);
    return extension;
  }

  /// A hello must not have two extensions of one type.
  void keep_apart(const Part& type) {
    const auto* const grease = std::get_if<part::Grease>(&type);
    if (grease == nullptr) return;
    if (last_grease_) result_.browser.distinct_grease.emplace_back(*last_grease_, grease->slot);
    last_grease_ = grease->slot;
  }

  std::vector<ClientHello> hellos_;
  GreaseSlots slots_;
  std::optional<std::size_t> last_grease_;
  DerivedTemplate result_;
};

}  // namespace

Result<DerivedTemplate> derive_template(std::span<const base::Bytes> records, const Template& label) {
  if (records.size() > DeriveLimits::hellos) return underivable("too many captures");
  Deriver deriver(label);
  if (auto taken = deriver.take(records); !taken) return base::forward_error(taken);
  return deriver.derive();
}

}  // namespace qnet::client_hello
