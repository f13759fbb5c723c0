#include "protocol/mux/multistream.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace qnet::mux {

namespace {

constexpr std::string_view kHeader = "/multistream/1.0.0";
constexpr std::string_view kNotAvailable = "na";

void append_line(base::Bytes& to, std::string_view line) {
  auto size = line.size() + 1;
  for (; size >= 0x80; size >>= 7) to.push_back(static_cast<std::uint8_t>(size | 0x80));
  to.push_back(static_cast<std::uint8_t>(size));
  base::append(to, base::bytes_of(line));
  to.push_back('\n');
}

}  // namespace

base::Result<std::size_t> MultistreamLines::feed_length(base::ByteView bytes) {
  std::size_t consumed = 0;
  while (!length_known_ && consumed < bytes.size()) {
    const auto byte = bytes[consumed++];
    // A last group of zeros after others would be a second way to write the same length.
    if (byte == 0 && length_bits_ > 0) return base::fail(Errc::bad_negotiation);
    expected_ |= std::size_t{byte & 0x7FU} << length_bits_;
    length_bits_ += 7;
    length_known_ = (byte & 0x80) == 0;
    if (expected_ > MultistreamLimits::line || (!length_known_ && length_bits_ > 7))
      return base::fail(Errc::bad_negotiation);
  }
  if (length_known_ && expected_ == 0) return base::fail(Errc::bad_negotiation);
  return consumed;
}

base::Result<MultistreamLines::Fed> MultistreamLines::feed(base::ByteView bytes) {
  Fed fed;
  auto length = feed_length(bytes);
  if (!length) return base::forward_error(length);
  fed.consumed = *length;
  if (!length_known_) return fed;
  bytes = bytes.subspan(fed.consumed);
  const auto count = std::min(bytes.size(), expected_ - partial_.size());
  partial_.append(base::text_of(bytes.first(count)));
  fed.consumed += count;
  if (partial_.size() < expected_) return fed;
  if (partial_.back() != '\n') return base::fail(Errc::bad_negotiation);
  partial_.pop_back();
  fed.line = std::move(partial_);
  *this = MultistreamLines();
  return fed;
}

MultistreamInitiator::MultistreamInitiator(std::string protocol) : protocol_(std::move(protocol)) {
  assert(protocol_.size() < MultistreamLimits::line && protocol_.find('\n') == std::string::npos);
}

base::Bytes MultistreamInitiator::opening() const {
  base::Bytes bytes;
  append_line(bytes, kHeader);
  append_line(bytes, protocol_);
  return bytes;
}

base::Result<MultistreamInitiator::Fed> MultistreamInitiator::feed(base::ByteView bytes) {
  Fed fed;
  while (fed.consumed < bytes.size()) {
    auto part = lines_.feed(bytes.subspan(fed.consumed));
    if (!part) return base::forward_error(part);
    fed.consumed += part->consumed;
    if (!part->line) break;
    if (!header_seen_) {
      if (*part->line != kHeader) return base::fail(Errc::bad_negotiation);
      header_seen_ = true;
      continue;
    }
    if (*part->line == kNotAvailable) return base::fail(Errc::not_spoken, protocol_);
    if (*part->line != protocol_) return base::fail(Errc::bad_negotiation);
    fed.agreed = true;
    break;
  }
  return fed;
}

base::Result<MultistreamResponder::Fed> MultistreamResponder::feed(base::ByteView bytes) {
  Fed fed;
  while (fed.consumed < bytes.size() && !agreed_) {
    if (declined_ >= MultistreamLimits::proposals) return base::fail(Errc::bad_negotiation);
    auto part = lines_.feed(bytes.subspan(fed.consumed));
    if (!part) return base::forward_error(part);
    fed.consumed += part->consumed;
    if (!part->line) break;
    if (!header_seen_) {
      if (*part->line != kHeader) return base::fail(Errc::bad_negotiation);
      header_seen_ = true;
      append_line(fed.answer, kHeader);
    } else if (speaks_(*part->line)) {
      append_line(fed.answer, *part->line);
      agreed_ = std::move(part->line);
    } else {
      ++declined_;
      append_line(fed.answer, kNotAvailable);
      break;
    }
  }
  return fed;
}

}  // namespace qnet::mux
