// Asks for one key's memory, as it was in the newest checkpoint. It stays while the page changes.
const look = document.createElement('section');
look.className = 'look';
look.innerHTML = `<h2>Look into one key's memory</h2>
<form><label>Key <input name="key" required autocomplete="off"/></label>
<label>Ask, as field=value,other=* <input name="ask" autocomplete="off"/></label>
<button>Show</button></form><div role="status"></div>`;
document.body.append(look);
look.querySelector('form').onsubmit = async event => {
  event.preventDefault();
  const shown = look.querySelector('[role=status]');
  const asked = new URLSearchParams(new FormData(event.target));
  shown.textContent = 'Reading the newest checkpoint ...';
  try {
    const answer = await fetch('memory?' + asked);
    const text = await answer.text();
    if (answer.ok) shown.innerHTML = text; else shown.textContent = text;
    prepare();
  } catch {
    shown.textContent = 'The job does not answer.';
  }
};
