// danfojs-node asks for @tensorflow/tfjs-node, whose install downloads a native library. It needs
// only the tensor operations, which the plain CPU backend has too; it calls them as methods of a
// tensor, so each operation is also hung on the prototype.

const tf = require("@tensorflow/tfjs-core");
require("@tensorflow/tfjs-backend-cpu");

for (const [name, operation] of Object.entries(tf)) {
  const isOperation = typeof operation === "function" && /^[a-z]/.test(name);
  if (!isOperation || name in tf.Tensor.prototype) continue;
  tf.Tensor.prototype[name] = function (...args) {
    return operation(this, ...args);
  };
}

module.exports = tf;
