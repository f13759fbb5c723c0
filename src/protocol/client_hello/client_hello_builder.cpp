#include "protocol/client_hello/client_hello_builder.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <numeric>

#include "protocol/client_hello/tls_format.hpp"

namespace qnet::client_hello {

namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

/// What hellos of 256 to 511 bytes are filled to: some servers hang at those (RFC 7685 §1).
constexpr std::size_t kPadded = 512;

using GreaseValues = std::array<std::uint16_t, Template::max_grease_slots>;

GreaseValues draw_grease(const Template& browser, base::RandomSource& random) {
  std::array<std::uint8_t, Template::max_grease_slots> seeds{};
  random.fill(base::MutableBytes(seeds).first(browser.grease_slots.size()));
  GreaseValues values{};
  for (std::size_t i = 0; i < browser.grease_slots.size(); ++i) {
    const auto byte = static_cast<std::uint16_t>((seeds[i] & 0xf0U) | 0x0aU);
    values[i] = static_cast<std::uint16_t>(byte << 8U | byte);
  }
  // BoringSSL's way to keep two apart: the nearest other value.
  for (const auto& [first, second] : browser.distinct_grease)
    if (values[first] == values[second]) values[second] ^= 0x1010U;
  return values;
}

/// Bytes drawn at once, for a caller that needs few at a time: each draw from the system is a call into the
/// kernel.
class DrawnAhead final : public base::RandomSource {
 public:
  DrawnAhead(std::size_t size, base::RandomSource& source) : bytes_(size), source_(source) {
    source_.fill(bytes_);
  }
  void fill(base::MutableBytes out) override {
    const auto left = base::ByteView(bytes_).subspan(used_);
    if (out.size() > left.size()) return source_.fill(out);
    std::ranges::copy(left.first(out.size()), out.begin());
    used_ += out.size();
  }

 private:
  base::Bytes bytes_;
  std::size_t used_ = 0;
  base::RandomSource& source_;
};

/// The order of the extensions in this hello: Fisher and Yates over those that move.
std::vector<std::size_t> draw_order(const Template& browser, base::RandomSource& random) {
  std::vector<std::size_t> order(browser.extensions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!browser.permute) return order;
  std::vector<std::size_t> moving;
  std::ranges::copy_if(order, std::back_inserter(moving),
                       [&](auto i) { return !browser.extensions[i].fixed; });
  DrawnAhead drawn((moving.size() - std::min<std::size_t>(moving.size(), 1)) * sizeof(std::uint32_t), random);
  for (std::size_t left = moving.size(); left > 1; --left) {
    const auto chosen = drawn.below(static_cast<std::uint32_t>(left));
    std::swap(moving[left - 1], moving[chosen]);
  }
  auto next = moving.begin();
  for (auto& place : order)
    if (!browser.extensions[place].fixed) place = *next++;
  return order;
}

class Writer {
 public:
  Writer(const Template& browser, const HelloInputs& inputs, base::RandomSource& random)
      : inputs_(inputs), random_(random), grease_(draw_grease(browser, random)) {
    out_.reserve(4096);
  }

  void write(const Part& item) {
    std::visit(Overloaded{
                   [&](const part::Literal& p) { base::append(out_, p.bytes); },
                   [&](const part::Grease& p) { append_integer(out_, grease_[p.slot]); },
                   [&](const part::Choice& p) { base::append(out_, drawn(p.values)); },
                   [&](const part::ServerName&) { write_server_name(); },
                   [&](const part::MlKem&) { base::append(out_, *inputs_.ml_kem); },
                   [&](const part::Ephemeral&) { base::append(out_, inputs_.ephemeral); },
                   [&](const part::SeparateX25519&) { base::append(out_, inputs_.separate); },
                   [&](const part::FreshX25519&) { write_fresh_x25519(); },
                   [&](const part::FreshP256&) { write_fresh_p256(); },
                   [&](const part::Random& p) { write_random(p.size); },
                   [&](const part::RandomVector& p) { write_random_vector(drawn(p.sizes)); },
                   [&](const part::EchPayload& p) {
                     write_random_vector(static_cast<std::uint16_t>(p.size(inputs_.server_name.size())));
                   },
                   [&](const part::Padding&) {
                     out_.resize(out_.size() + padding_size(out_.size() - kRecordHeader));
                   },
               },
               item);
  }

  /// Whether an extension that begins here is written at all.
  [[nodiscard]] bool wanted(const TemplateExtension& extension) const {
    if (extension.body.empty() || !std::holds_alternative<part::Padding>(extension.body.front())) return true;
    const auto hello = out_.size() - kRecordHeader;
    return hello > 0xff && hello < kPadded;
  }

  void write_random(std::size_t size) {
    const auto at = out_.size();
    out_.resize(at + size);
    random_.fill(base::MutableBytes(out_).subspan(at));
  }

  /// Leaves room for a two-byte length; close() fills it.
  [[nodiscard]] std::size_t open() {
    append_integer(out_, std::uint16_t{0});
    return out_.size();
  }
  void close(std::size_t opened) {
    base::store_be(out_.data() + opened - 2, static_cast<std::uint16_t>(out_.size() - opened));
  }

  [[nodiscard]] base::Bytes& out() { return out_; }

 private:
  /// OpenSSL and BoringSSL alike: to 512 bytes, but never an empty extension. `written` counts its header.
  static std::size_t padding_size(std::size_t written) {
    return written < kPadded ? kPadded - written : std::size_t{1};
  }

  template <class T>
  const T& drawn(const std::vector<T>& values) {
    return values[random_.below(static_cast<std::uint32_t>(values.size()))];
  }

  void write_random_vector(std::uint16_t size) {
    append_integer(out_, size);
    write_random(size);
  }

  void write_fresh_x25519() {
    base::append(out_, inputs_.fresh_x25519 != nullptr ? *inputs_.fresh_x25519
                                                       : crypto::X25519KeyPair::generate(random_).public_key);
  }

  void write_fresh_p256() {
    base::append(out_,
                 inputs_.fresh_p256 != nullptr ? *inputs_.fresh_p256 : crypto::random_p256_point(random_));
  }

  void write_server_name() {
    const auto list = open();
    out_.push_back(0);  // host_name
    const auto name = open();
    base::append(out_, base::bytes_of(inputs_.server_name));
    close(name);
    close(list);
  }

  const HelloInputs& inputs_;
  base::RandomSource& random_;
  GreaseValues grease_;
  base::Bytes out_;
};

}  // namespace

BuiltHello build_client_hello(const Template& browser, const HelloInputs& inputs,
                              base::RandomSource& random) {
  assert(!inputs.server_name.empty() && inputs.server_name.size() <= 255);
  assert(inputs.ml_kem != nullptr || !browser.has<part::MlKem>());
  Writer writer(browser, inputs, random);
  auto& out = writer.out();
  BuiltHello hello;

  out.push_back(kHandshake);
  append_integer(out, browser.record_version);
  const auto record = writer.open();
  out.push_back(kClientHello);
  out.push_back(0);  // a hello is never longer than 65,535 bytes
  const auto message = writer.open();
  append_integer(out, kTls12);
  writer.write_random(kRandomSize);
  out.push_back(kRandomSize);
  hello.session_id_offset = out.size();
  out.resize(out.size() + kRandomSize);

  const auto ciphers = writer.open();
  for (const auto& cipher : browser.ciphers) writer.write(cipher);
  writer.close(ciphers);
  out.push_back(1);  // one compression method, null
  out.push_back(0);

  const auto extensions = writer.open();
  for (const auto index : draw_order(browser, random)) {
    const auto& extension = browser.extensions[index];
    if (!writer.wanted(extension)) continue;
    writer.write(extension.type);
    const auto body = writer.open();
    for (const auto& item : extension.body) writer.write(item);
    writer.close(body);
  }
  writer.close(extensions);
  writer.close(message);
  writer.close(record);
  hello.record = std::move(out);
  return hello;
}

}  // namespace qnet::client_hello
