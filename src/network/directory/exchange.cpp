#include "network/directory/exchange.hpp"

#include "foundation/base/endian.hpp"
#include "network/directory/fields.hpp"

namespace qnet::directory {

namespace {

constexpr std::uint64_t kVersion = 1;

/// `more`: how many bytes of the message come after these.
base::Bytes framed(base::ByteView body, std::size_t more) {
  base::Bytes bytes(4);
  base::store_be(bytes.data(), static_cast<std::uint32_t>(body.size() + more));
  base::append(bytes, body);
  return bytes;
}

struct Explanation {
  Status status;
  const char* hint;
};

Explanation explain(const base::Error& error) {
  if (error.is(Errc::malformed)) return {Status::bad_request, "docs/spec/directory.md describes it."};
  if (error.is(Errc::too_large)) return {Status::too_large, "No registration is as large as this."};
  if (error.is(Errc::wrong_signature))
    return {Status::unauthorised,
            "Sign it with the identity key of the peer that it names, and the family's proof with the "
            "family's key."};
  if (error.is(Errc::clock_skewed))
    return {Status::unauthorised, "Set this machine's clock right; it may be off by 5 minutes at most."};
  if (error.is(Errc::replayed)) return {Status::unauthorised, "Use a higher sequence number."};
  if (error.is(Errc::unknown_peer)) return {Status::not_found, "Register with the whole descriptor."};
  if (error.is(Errc::too_soon)) return {Status::too_many, "A heartbeat every 30 seconds is enough."};
  if (error.is(Errc::full)) return {Status::too_many, "Try again later, or another directory."};
  if (error.is(Errc::crowded_address))
    return {Status::too_many, "One machine needs one relay; stop those that are not needed."};
  if (error.is(Errc::private_address))
    return {Status::bad_request, "Advertise an address of the public Internet."};
  if (error.is(Errc::expired)) return {Status::bad_request, "Sign the descriptor anew."};
  if (error.is(Errc::store_lost)) return {Status::unavailable, "Try again in a few seconds."};
  return {Status::failed, "The directory's operator will find more in its log."};
}

std::chrono::seconds pause_for(Status status) {
  if (status == Status::too_many) return std::chrono::seconds(30);
  return std::chrono::seconds(status == Status::unavailable ? 5 : 0);
}

/// The text comes from another machine, and goes into logs and onto terminals.
std::string printable(std::string text) {
  for (auto& c : text)
    if (c < ' ' || c > '~') c = '?';
  return text;
}

/// The number at the end of "the last number taken was 17".
std::uint64_t number_at_end(const std::string& text) {
  const auto start = text.find_last_not_of("0123456789") + 1;
  const auto digits = text.substr(start);
  return digits.empty() || digits.size() > 19 ? 0 : std::stoull(digits);
}

}  // namespace

base::Bytes Query::encode() const {
  return framed(
      cbor::encode(cbor::Array{kVersion, static_cast<std::uint64_t>(kind), base::ByteView(payload)}), 0);
}

base::Result<Query> Query::decode(base::ByteView message) {
  const auto value = cbor::decode(message, {.depth = 2, .size = ExchangeLimits::query});
  if (!value) return base::fail(Errc::malformed, value.error().message());
  Fields fields(*value);
  if (fields.number() != kVersion) return base::fail(Errc::malformed, "its version is not known");
  Query query{static_cast<Kind>(fields.number(2)), {}};
  const auto payload = fields.bytes(RegistrationLimits::whole);
  if (!fields.done()) return base::fail(Errc::malformed);
  query.payload.assign(payload.begin(), payload.end());
  return query;
}

base::Bytes Answer::encode_before_list() const {
  cbor::Array fields{kVersion, static_cast<std::uint64_t>(status), base::ByteView(header), base::ByteView()};
  if (!good()) {
    fields.emplace_back(error);
    fields.emplace_back(hint);
    fields.emplace_back(static_cast<std::uint64_t>(retry_after.count()));
    fields.emplace_back(sequence);
    return framed(cbor::encode(fields), 0);
  }
  const auto size = list ? list->size() : 0;
  auto body = cbor::encode(fields);
  body.resize(body.size() - cbor::byte_string_head(0).size());
  base::append(body, cbor::byte_string_head(size));
  return framed(body, size);
}

base::Result<Answer> Answer::decode(base::ByteView message) {
  const auto value = cbor::decode(message, {.depth = 2, .size = ExchangeLimits::answer});
  if (!value) return base::fail(Errc::malformed, value.error().message());
  Fields fields(*value);
  if (fields.number() != kVersion) return base::fail(Errc::malformed, "its version is not known");
  Answer answer;
  answer.status = static_cast<Status>(fields.number(599));
  const auto header = fields.bytes(SnapshotLimits::header);
  const auto list = fields.bytes(SnapshotLimits::list);
  answer.header.assign(header.begin(), header.end());
  if (!list.empty()) answer.list = std::make_shared<const base::Bytes>(list.begin(), list.end());
  if (!answer.good()) {
    if (answer.list) return base::fail(Errc::malformed, "a refusal has no list");
    answer.error = printable(fields.text(ExchangeLimits::text));
    answer.hint = printable(fields.text(ExchangeLimits::text));
    answer.retry_after = std::chrono::seconds(fields.number(24ULL * 3600));
    answer.sequence = fields.number();
  }
  if (!fields.done()) return base::fail(Errc::malformed);
  return answer;
}

Answer refusal(const base::Error& error) {
  const auto [status, hint] = explain(error);
  Answer answer;
  answer.status = status;
  auto sentence = error.message();
  if (sentence.size() > ExchangeLimits::text / 2) sentence.resize(ExchangeLimits::text / 2);
  if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z')
    sentence[0] = static_cast<char>(sentence[0] - 32);
  answer.error = std::move(sentence) + ".";
  answer.hint = hint;
  answer.retry_after = pause_for(status);
  if (error.is(Errc::replayed)) answer.sequence = number_at_end(error.context());
  return answer;
}

}  // namespace qnet::directory
