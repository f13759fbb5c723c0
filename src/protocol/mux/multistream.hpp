// multistream-select 1.0: how a stream names its protocol. The initiator sends header and name together with
// its first data and reads the answer when it comes, so opening a stream costs no round trip.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "protocol/mux/error.hpp"

namespace qnet::mux {

struct MultistreamLimits {
  /// A name with its line feed. Names are a dozen characters; this is the memory that a stranger's may take.
  static constexpr std::size_t line = 256;
  /// Proposals that a responder answers "na" before it gives up, each a round trip of the peer's.
  static constexpr std::size_t proposals = 4;
};

/// Splits length-prefixed, line-feed-ended lines off a stream of bytes.
class MultistreamLines {
 public:
  struct Fed {
    std::size_t consumed = 0;
    std::optional<std::string> line;  ///< without its line feed
  };
  /// Takes bytes up to the end of one line; returns how many, and the line once it is whole.
  [[nodiscard]] base::Result<Fed> feed(base::ByteView bytes);

 private:
  /// Takes bytes of the length, an unsigned LEB128 number; returns how many.
  [[nodiscard]] base::Result<std::size_t> feed_length(base::ByteView bytes);

  std::size_t expected_ = 0;
  unsigned length_bits_ = 0;
  bool length_known_ = false;
  std::string partial_;
};

class MultistreamInitiator {
 public:
  /// `protocol` has no line feed and fits MultistreamLimits::line.
  explicit MultistreamInitiator(std::string protocol);

  /// What goes before the first data.
  [[nodiscard]] base::Bytes opening() const;

  struct Fed {
    std::size_t consumed = 0;
    bool agreed = false;  ///< what follows the consumed bytes is data
  };
  /// Fails with not_spoken when the peer declines, with bad_negotiation when it answers anything else.
  [[nodiscard]] base::Result<Fed> feed(base::ByteView bytes);

 private:
  std::string protocol_;
  MultistreamLines lines_;
  bool header_seen_ = false;
};

class MultistreamResponder {
 public:
  /// `speaks` tells whether a protocol of that name is served.
  explicit MultistreamResponder(std::function<bool(std::string_view)> speaks) : speaks_(std::move(speaks)) {}

  struct Fed {
    std::size_t consumed = 0;
    base::Bytes answer;  ///< to be sent, also when nothing is agreed
  };
  /// Takes bytes up to the end of the agreed name, or of one that is declined. After that an initiator that
  /// proposed a single protocol goes on with its data: so an error after a "na" is the usual way in which a
  /// declined stream ends. Fails with bad_negotiation.
  [[nodiscard]] base::Result<Fed> feed(base::ByteView bytes);

  /// The protocol, once both agree on one.
  [[nodiscard]] const std::optional<std::string>& agreed() const { return agreed_; }

 private:
  std::function<bool(std::string_view)> speaks_;
  MultistreamLines lines_;
  std::optional<std::string> agreed_;
  std::size_t declined_ = 0;
  bool header_seen_ = false;
};

}  // namespace qnet::mux
