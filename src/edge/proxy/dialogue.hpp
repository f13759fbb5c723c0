// What the two proxy protocols have in common: bytes from the application in, bytes for it out, and one
// request with a preference.
#pragma once

#include <string>
#include <utility>

#include "edge/proxy/destination.hpp"
#include "edge/proxy/preference.hpp"
#include "foundation/base/bytes.hpp"
#include "overlay/peer/connect_message.hpp"

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

  /// Bytes behind the request are kept for rest(), so stop reading from the application once requested; after
  /// a refusal they are dropped.
  void feed(base::ByteView bytes) {
    if (state_ == State::refused) return;
    base::append(input_, bytes);
    if (state_ == State::reading) advance();
  }
  /// The answer to the request, to be sent. The bound address is left out: the exit's own is nobody's
  /// business here.
  [[nodiscard]] virtual base::Bytes reply(peer::ConnectStatus status) const = 0;

  [[nodiscard]] State state() const { return state_; }
  /// What is to be sent now; empty when nothing is.
  [[nodiscard]] base::Bytes take_output() { return std::exchange(output_, {}); }
  /// Valid once requested; is_acceptable().
  [[nodiscard]] const Destination& destination() const { return destination_; }
  /// Which way the connection is to take; valid once requested.
  [[nodiscard]] const Preference& preference() const { return preference_; }
  /// For a person, where the application was refused for what stood in its user name; empty otherwise.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// Bytes that the application sent behind its request: the first of the tunnel.
  [[nodiscard]] const base::Bytes& rest() const { return input_; }

 protected:
  /// Takes what it can from the front of the input.
  virtual void advance() = 0;

  [[nodiscard]] base::ByteView input() const { return input_; }
  void drop(std::size_t count) {
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  void say(base::ByteView words) { base::append(output_, words); }
  void prefer(Preference preference) { preference_ = std::move(preference); }
  void request(Destination destination) {
    destination_ = std::move(destination);
    state_ = State::requested;
  }
  void refuse(base::ByteView last_words) {
    say(last_words);
    input_.clear();
    state_ = State::refused;
  }
  void refuse(base::ByteView last_words, std::string problem) {
    problem_ = std::move(problem);
    refuse(last_words);
  }

 private:
  base::Bytes input_;
  base::Bytes output_;
  Destination destination_;
  Preference preference_;
  std::string problem_;
  State state_ = State::reading;
};

}  // namespace qnet::proxy
