/**
 * Registers the gradients of TensorFlow.js's own operations (tf.add, tf.mul, …), which methods use freely beside ours.
 * On Node, tfjs-core does not bring them, and its file that would is no module that Node can load. tfjs-layers does.
 */
import '@tensorflow/tfjs-layers';
