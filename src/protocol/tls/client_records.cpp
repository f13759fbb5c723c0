// The client's records: from which of them it takes what, and how it ends over the others.
#include "protocol/client_hello/tls_format.hpp"
#include "protocol/tls/alert.hpp"
#include "protocol/tls/client.hpp"

namespace qnet::tls {

namespace {

/// Records remembered for a study of the server; a long connection is no study.
constexpr std::size_t kSeen = 64;

}  // namespace

base::Result<void> Client::receive(base::ByteView bytes) {
  base::append(input_, bytes);
  auto taken = take_records();
  if (!taken && !taken.error().is(Errc::alert) && !taken.error().is(Errc::ech_rejected))
    say_alert(alert_for(taken.error()));
  return taken;
}

/// Sealed where there is a key, behind the ChangeCipherSpec that belongs in front of the first sealed record.
void Client::say_alert(std::uint8_t description) {
  if (!write_) return client_hello::append_clear_alert(output_, description);
  if (expects_ < Expects::application) client_hello::append_change_cipher_spec(output_);
  const std::uint8_t alert[] = {2, description};
  (void)write_->seal(client_hello::kAlert, alert, output_);
}

base::Result<void> Client::take_records() {
  std::size_t consumed = 0;
  for (;;) {
    const bool clear = expects_ == Expects::server_hello;
    const auto rest = base::MutableBytes(input_).subspan(consumed);
    const auto record = clear ? client_hello::read_clear_record(rest) : client_hello::read_record(rest);
    if (!record && clear) return tl::unexpected(record.error());
    if (!record) return base::fail(Errc::bad_record);
    if (!*record) break;
    const auto size = client_hello::kRecordHeader + (*record)->body_size;
    const auto header = rest.first(client_hello::kRecordHeader);
    const auto body = rest.first(size).subspan(client_hello::kRecordHeader);
    auto taken = clear ? take_clear((*record)->type, body) : take_record((*record)->type, header, body);
    if (!taken) return taken;
    consumed += size;
  }
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(consumed));
  return {};
}

/// A record from before the keys.
base::Result<void> Client::take_clear(std::uint8_t type, base::ByteView body) {
  note(type, body.size());
  const auto goes_on = clear_records_.take(type, body);
  if (!goes_on && goes_on.error().is(client_hello::ClearErrc::alert))
    return base::fail(Errc::alert, goes_on.error().context());
  if (!goes_on) return tl::unexpected(goes_on.error());
  return *goes_on ? take_handshake(body) : base::Result<void>{};
}

void Client::note(std::uint8_t type, std::size_t body_size) {
  if (++records_ <= kSeen) seen_.push_back({type, body_size, 0});
}

base::Result<void> Client::take_record(std::uint8_t type, base::ByteView header, base::MutableBytes body) {
  if (ended_) return {};  // RFC 8446 §6.1: what comes behind close_notify is ignored
  note(type, body.size());
  switch (type) {
    case client_hello::kChangeCipherSpec:
      if (established() || !client_hello::is_change_cipher_spec(body) ||
          ++change_cipher_specs_ > client_hello::kChangeCipherSpecs)
        return base::fail(Errc::malformed);
      return {};
    case client_hello::kAlert:
      // Its sender has no key: to a browser it is a record that does not open.
      say_alert(alert_for(Errc::bad_record));
      return base::fail(Errc::alert, body.size() == 2 ? std::to_string(body[1]) : "");
    case client_hello::kHandshake: return base::fail(Errc::malformed);
    default: return take_sealed(header, body);
  }
}

base::Result<void> Client::take_sealed(base::ByteView header, base::MutableBytes body) {
  const auto opened = read_->open(header, body);
  if (!opened) return tl::unexpected(opened.error());
  if (records_ <= kSeen) seen_.back().inner = opened->type;
  change_cipher_specs_ = 0;
  switch (opened->type) {
    case client_hello::kHandshake: return take_handshake(opened->text);
    case client_hello::kAlert:
      ended_ = opened->text.size() == 2 && opened->text[1] == client_hello::kCloseNotify;
      if (ended_ || (opened->text.size() == 2 && opened->text[1] == client_hello::kUserCanceled)) return {};
      return base::fail(Errc::alert, opened->text.size() == 2 ? std::to_string(opened->text[1]) : "");
    case client_hello::kApplicationData:
      if (!established()) return base::fail(Errc::malformed);
      base::append(plaintext_, opened->text);
      key_updates_ = 0;
      return {};
    default: return base::fail(Errc::malformed);
  }
}

}  // namespace qnet::tls
