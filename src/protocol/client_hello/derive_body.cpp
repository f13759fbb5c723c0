#include "protocol/client_hello/derive_body.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "foundation/base/reader.hpp"
#include "protocol/client_hello/derive_template.hpp"
#include "protocol/client_hello/fingerprint.hpp"
#include "protocol/client_hello/names.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {

namespace {

using base::ByteView;
using base::Reader;
using base::Result;
using Bodies = std::vector<ByteView>;

constexpr std::uint16_t kP256 = 0x0017;
constexpr std::size_t kP256Share = 65, kX25519Share = 32, kMlKemKey = 1184;

bool all_equal(const Bodies& bodies) {
  return std::ranges::all_of(bodies, [&](auto body) { return std::ranges::equal(body, bodies.front()); });
}

bool all_as_long(const Bodies& bodies) {
  return std::ranges::all_of(bodies, [&](auto body) { return body.size() == bodies.front().size(); });
}

base::Bytes copy_of(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

/// Parts in which neighbouring constants are one.
class Parts {
 public:
  void constant(ByteView bytes) {
    if (bytes.empty()) return;
    auto* const last = parts_.empty() ? nullptr : std::get_if<part::Literal>(&parts_.back());
    if (last != nullptr)
      base::append(last->bytes, bytes);
    else
      parts_.emplace_back(part::Literal{copy_of(bytes)});
  }
  void add(Part item) {
    if (const auto* const literal = std::get_if<part::Literal>(&item)) return constant(literal->bytes);
    parts_.push_back(std::move(item));
  }
  /// One of those seen, each as likely.
  void choice(const Bodies& seen) {
    std::set<base::Bytes> values;
    for (const auto value : seen) values.insert(copy_of(value));
    if (values.size() == 1) return constant(*values.begin());
    add(part::Choice{{values.begin(), values.end()}});
  }
  std::vector<Part> take() { return std::move(parts_); }

 private:
  std::vector<Part> parts_;
};

/// `size` bytes from `at` in each; nothing when one is shorter.
std::optional<Bodies> columns(const Bodies& bodies, std::size_t at, std::size_t size) {
  Bodies parts;
  for (const auto body : bodies) {
    if (body.size() < at + size) return std::nullopt;
    parts.push_back(body.subspan(at, size));
  }
  return parts;
}

std::vector<std::uint16_t> as_numbers(const Bodies& columns) {
  std::vector<std::uint16_t> values;
  for (const auto column : columns) values.push_back(base::load_be<std::uint16_t>(column.data()));
  return values;
}

/// A list of two-byte numbers behind a length of `prefix` bytes. Nothing when only GREASE does not explain
/// how the bodies differ.
std::optional<std::vector<Part>> list_body(const Bodies& bodies, std::size_t prefix, const std::string& slot,
                                           GreaseSlots& slots) {
  const auto size = bodies.front().size();
  const auto head = columns(bodies, 0, prefix);
  if (!all_as_long(bodies) || !head || !all_equal(*head) || (size - prefix) % 2 != 0) return std::nullopt;
  Parts parts;
  parts.constant(head->front());
  for (auto at = prefix; at < size; at += 2) {
    const auto column = *columns(bodies, at, 2);
    const auto values = as_numbers(column);
    if (!all_equal(column) && !std::ranges::all_of(values, is_grease)) return std::nullopt;
    parts.add(number_part(values, slot, slots));
  }
  return parts.take();
}

Part x25519_part(const DeriveContext& context) {
  const auto reused = [](const ClientHello& hello) {
    const auto hybrid = hello.key_share(kX25519MlKem768), plain = hello.key_share(kX25519);
    return !hybrid || hybrid->size() != kMlKemKey + kX25519Share || !plain ||
           std::ranges::equal(hybrid->subspan(kMlKemKey), *plain);
  };
  return std::ranges::all_of(context.hellos, reused) ? Part(part::Ephemeral{}) : Part(part::SeparateX25519{});
}

Result<void> add_share(std::uint16_t group, std::size_t size, const Bodies& keys,
                       const DeriveContext& context, Parts& parts) {
  if (group == kX25519MlKem768 && size == kMlKemKey + kX25519Share) {
    parts.add(part::MlKem{});
    parts.add(part::Ephemeral{});
  } else if (group == kX25519 && size == kX25519Share) {
    parts.add(x25519_part(context));
  } else if (group == kP256 && size == kP256Share) {
    parts.add(part::FreshP256{});
  } else if (all_equal(keys)) {
    parts.constant(keys.front());  // GREASE has one zero byte
  } else {
    return base::fail(
        TemplateErrc::malformed,
        fmt::format("a key share of group {:04x} {}, which no template can make", group, group_name(group)));
  }
  return {};
}

Result<std::vector<Part>> key_share_body(const Bodies& bodies, const DeriveContext& context) {
  const auto broken = [] { return base::fail(TemplateErrc::malformed, "the key shares differ in form"); };
  const auto head = columns(bodies, 0, 2);
  if (!head || !all_equal(*head) || !all_as_long(bodies)) return broken();
  Parts parts;
  parts.constant(head->front());
  for (std::size_t at = 2; at < bodies.front().size();) {
    const auto groups = columns(bodies, at, 2), lengths = columns(bodies, at + 2, 2);
    if (!groups || !lengths || !all_equal(*lengths)) return broken();
    const auto numbers = as_numbers(*groups);
    if (!all_equal(*groups) && !std::ranges::all_of(numbers, is_grease)) return broken();
    const std::size_t size = as_numbers(*lengths).front();
    const auto keys = columns(bodies, at + 4, size);
    if (!keys) return broken();
    parts.add(number_part(numbers, "group", context.slots));
    parts.constant(lengths->front());
    if (auto added = add_share(numbers.front(), size, *keys, context, parts); !added)
      return base::forward_error(added);
    at += 4 + size;
  }
  return parts.take();
}

struct OuterEch {
  ByteView suite_kdf, aead, config_id, enc_size, enc, payload;
};

/// draft-ietf-tls-esni §5: type 0 is outer.
std::optional<OuterEch> parse_outer_ech(ByteView body) {
  Reader reader(body);
  const auto kdf = reader.take(3), aead = reader.take(2), config = reader.take(1);
  if (!kdf || !aead || !config || kdf->front() != 0) return std::nullopt;
  const auto at = reader.position();
  const auto enc = reader.vector<std::uint16_t>(), payload = reader.vector<std::uint16_t>();
  if (!enc || enc->empty() || !payload || payload->empty() || !reader.empty()) return std::nullopt;
  return OuterEch{*kdf, *aead, *config, body.subspan(at, 2), *enc, *payload};
}

std::optional<std::vector<Part>> ech_body(const Bodies& bodies, const DeriveContext& context) {
  Bodies aeads, configs, encs;
  std::set<std::uint16_t> sizes;
  const auto first = parse_outer_ech(bodies.front());
  for (const auto body : bodies) {
    const auto ech = parse_outer_ech(body);
    if (!ech || !std::ranges::equal(ech->suite_kdf, first->suite_kdf)) return std::nullopt;
    aeads.push_back(ech->aead);
    configs.push_back(ech->config_id);
    encs.push_back(ech->enc);
    sizes.insert(static_cast<std::uint16_t>(ech->payload.size()));
  }
  if (!all_as_long(encs)) return std::nullopt;
  Parts parts;
  parts.constant(first->suite_kdf);
  parts.choice(aeads);
  if (bodies.size() >= DeriveLimits::certain && all_equal(configs))
    parts.constant(configs.front());
  else
    parts.add(part::Random{1});
  parts.constant(first->enc_size);
  // No X25519 key that a program makes has the top bit set.
  const bool keys = encs.front().size() == kX25519Share &&
                    std::ranges::all_of(encs, [](auto enc) { return (enc.back() & 0x80U) == 0; });
  parts.add(keys ? Part(part::FreshX25519{}) : Part(part::Random{encs.front().size()}));
  parts.add(part::RandomVector{{sizes.begin(), sizes.end()}});
  if (sizes.size() == 1)
    context.notes.push_back(
        "ECH GREASE always had one size. In Firefox it depends on the name's length (\"ech_payload\").");
  return parts.take();
}

bool all_zeros(const Bodies& bodies) {
  return std::ranges::all_of(
      bodies, [](auto body) { return std::ranges::all_of(body, [](auto byte) { return byte == 0; }); });
}

Result<std::vector<Part>> other_body(std::uint16_t type, const Bodies& bodies, const DeriveContext& context) {
  Parts parts;
  if (all_equal(bodies)) {
    parts.constant(bodies.front());
    return parts.take();
  }
  if (std::ranges::any_of(bodies, [](auto body) { return body.empty(); }))
    return base::fail(TemplateErrc::malformed, fmt::format("extension {:04x} is empty only sometimes", type));
  const bool random = all_as_long(bodies);
  if (random)
    parts.add(part::Random{bodies.front().size()});
  else
    parts.choice(bodies);
  context.notes.push_back(fmt::format("Extension {:04x} {} differs for no reason known here: taken as {}.",
                                      type, extension_name(type), random ? "random bytes" : "a choice"));
  return parts.take();
}

}  // namespace

std::size_t GreaseSlots::slot(const std::vector<std::uint16_t>& values, const std::string& name) {
  std::size_t namesakes = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const auto& known = slots_[i];
    const bool certain = values.size() >= DeriveLimits::certain || known.wanted == name;
    if (known.values == values && certain) return i;
    namesakes += known.wanted == name ? 1U : 0U;
  }
  slots_.push_back({namesakes == 0 ? name : fmt::format("{}_{}", name, namesakes + 1), name, values});
  return slots_.size() - 1;
}

std::vector<std::string> GreaseSlots::names() const {
  std::vector<std::string> names;
  names.reserve(slots_.size());
  for (const auto& slot : slots_) names.push_back(slot.name);
  return names;
}

Part number_part(const std::vector<std::uint16_t>& values, const std::string& slot_name, GreaseSlots& slots) {
  if (std::ranges::all_of(values, is_grease)) return part::Grease{slots.slot(values, slot_name)};
  base::Bytes bytes;
  append_integer(bytes, values.front());
  return part::Literal{std::move(bytes)};
}

Result<std::vector<Part>> derive_body(std::uint16_t type, const Bodies& bodies,
                                      const DeriveContext& context) {
  std::optional<std::vector<Part>> parts;
  switch (type) {
    case kServerNameExtension: return std::vector<Part>{part::ServerName{}};
    case kKeyShareExtension: return key_share_body(bodies, context);
    case 0x000a: parts = list_body(bodies, 2, "group", context.slots); break;
    case 0x000d: parts = list_body(bodies, 2, "signature", context.slots); break;
    case kSupportedVersionsExtension: parts = list_body(bodies, 1, "version", context.slots); break;
    case 0xfe0d: parts = ech_body(bodies, context); break;
    case 0x0015:
      if (all_zeros(bodies)) parts = std::vector<Part>{part::Padding{}};
      break;
    default: break;
  }
  if (parts) return std::move(*parts);
  return other_body(type, bodies, context);
}

}  // namespace qnet::client_hello
