// multistream-select 1.0: how a stream names its protocol. The initiator sends header and name together with its
// first data and reads the answer when it comes, so opening a stream costs no round trip.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "mux/error.hpp"

namespace qnet::mux {

struct MultistreamLimits {
  /// A name with its line feed; protocol names are a dozen characters.
  static constexpr std::size_t line = 127;  // so that a length always has one byte
  /// Proposals that a responder answers "na" before it gives up.
  static constexpr std::size_t proposals = 4;
};

/// Splits length-prefixed, line-feed-ended lines off a stream of bytes.
class MultistreamLines {
 public:
  /// Takes bytes up to the end of one line; returns how many, and the line once it is whole.
  struct Fed {
    std::size_t consumed = 0;
    std::optional<std::string> line;  ///< without its line feed
  };
  [[nodiscard]] base::Result<Fed> feed(base::ByteView bytes);

 private:
  std::string partial_;
  std::size_t expected_ = 0;
};

class MultistreamInitiator {
 public:
  explicit MultistreamInitiator(std::string protocol) : protocol_(std::move(protocol)) {}

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
  explicit MultistreamResponder(std::function<bool(std::string_view)> speaks) : speaks_(std::move(speaks)) {}

  struct Fed {
    std::size_t consumed = 0;
    base::Bytes answer;  ///< to be sent
  };
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
