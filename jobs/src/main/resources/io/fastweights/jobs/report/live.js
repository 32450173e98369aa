// New content of a running job. What is opened stays open; nothing changes under the pointer.
const source = new EventSource('events');
source.onmessage = event => {
  if (!tip.hidden) return;
  const main = document.querySelector('main');
  const opened = Array.from(main.querySelectorAll('details'), one => one.open);
  main.innerHTML = event.data;
  main.querySelectorAll('details').forEach((one, i) => { one.open = opened[i] || false; });
  prepare();
};
source.addEventListener('end', () => source.close());
// The browser asks again by itself.
const lost = document.createElement('p');
lost.className = 'lost';
lost.setAttribute('role', 'status');
lost.textContent = 'The job does not answer. This page shows its last state.';
lost.hidden = true;
document.body.append(lost);
source.onerror = () => { lost.hidden = false; };
source.onopen = () => { lost.hidden = true; };
