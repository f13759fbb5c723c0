// What the two proxy protocols have in common: bytes from the application in, bytes for it out, and one request.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "mesh/connect_message.hpp"
#include "proxy/destination.hpp"

namespace qnet::proxy {

class Dialogue {
 public:
  enum class State {
    reading,    ///< feed more
    requested,  ///< the application waits for reply()
    refused,    ///< send what take_output() gives, then close
  };

  Dialogue() = default;
  Dialogue(const Dialogue&) = delete;
  Dialogue& operator=(const Dialogue&) = delete;
  virtual ~Dialogue() = default;

  /// Takes bytes while reading. Those behind the request are kept for rest().
  virtual void feed(base::ByteView bytes) = 0;
  /// The answer to the request, to be sent.
  [[nodiscard]] virtual base::Bytes reply(mesh::ConnectStatus status) const = 0;

  [[nodiscard]] State state() const { return state_; }
  /// What is to be sent now; empty when nothing is.
  [[nodiscard]] base::Bytes take_output() { return std::exchange(output_, {}); }
  /// Valid once requested.
  [[nodiscard]] const Destination& destination() const { return destination_; }
  /// Bytes that the application sent behind its request: the first of the tunnel.
  [[nodiscard]] const base::Bytes& rest() const { return input_; }

 protected:
  void refuse(base::ByteView last_words) {
    base::append(output_, last_words);
    state_ = State::refused;
  }

  base::Bytes input_;
  base::Bytes output_;
  Destination destination_;
  State state_ = State::reading;
};

}  // namespace qnet::proxy
